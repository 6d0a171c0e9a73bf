"""The server's configuration files: full durability, peer logins over the socket, sizes from the
machine's memory.
"""

from __future__ import annotations

import os
from pathlib import Path

from entrepot.infra.postgres.layout import Layout

SUPERUSER = "entrepot"
OWNER_ROLE = "entrepot_owner"
APP_ROLE = "entrepot_app"
REPORT_ROLE = "entrepot_report"
ROLES = (SUPERUSER, OWNER_ROLE, APP_ROLE, REPORT_ROLE)

GENERATED_FILE = "entrepot.conf"
OPERATOR_FILE = "operator.conf"
_MIB = 1024 * 1024
_CGROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def machine_memory_bytes() -> int:
    """Return the memory this machine or container may use, in bytes."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limits = [
        int(text)
        for path in _CGROUP_LIMITS
        if path.exists() and (text := path.read_text().strip()).isdigit()
    ]
    return min([total, *limits])


def server_settings(
    *, layout: Layout, memory_bytes: int, lz4: bool, durable: bool, shared_memory_bytes: int | None
) -> dict[str, str]:
    """Return the server's settings by name.

    `memory_bytes` is the machine's memory, `lz4` whether the programs can compress the log with it,
    `shared_memory_bytes` the size of /dev/shm (None where there is none). `durable=False` is for
    throw-away test clusters only: a crash of the machine may then lose the cluster.
    """
    mib = memory_bytes // _MIB
    on = "on" if durable else "off"
    settings = {
        "listen_addresses": "''",
        "unix_socket_directories": _quoted(str(layout.socket_dir)),
        "unix_socket_permissions": "0700",
        "port": str(layout.port),
        "fsync": on,
        "synchronous_commit": on,
        "full_page_writes": on,
        "max_connections": "100",
        "shared_buffers": f"{_within(mib // 4, 32, 6144)}MB",
        "effective_cache_size": f"{max(mib // 2, 64)}MB",
        "maintenance_work_mem": f"{_within(mib // 16, 32, 1024)}MB",
        "work_mem": f"{_within(mib // 512, 4, 64)}MB",
        # A chunk of a billing run fits in; smaller ones write their temporary tables out and read them again.
        "temp_buffers": f"{_within(mib // 256, 8, 64)}MB",
        "jit": "off",
        # The older method costs more CPU than the bytes it saves are worth (docs/decisions/0008).
        "wal_compression": "lz4" if lz4 else "off",
        # Two workers that write at once otherwise wait for each other to empty the log's buffers.
        "wal_buffers": f"{_within(mib // 128, 4, 64)}MB",
        "max_wal_size": "8GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "lc_messages": "'C'",
        "log_line_prefix": "'%m [%p] %q%u@%d '",
        "log_lock_waits": "on",
        "idle_in_transaction_session_timeout": "10min",
    }
    # A container's default of 64 MB is too small for parallel queries, which then fail in the
    # middle.
    if shared_memory_bytes is not None and shared_memory_bytes < 512 * _MIB:
        settings["dynamic_shared_memory_type"] = "sysv"
    return settings


def _within(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def settings_text(settings: dict[str, str]) -> str:
    """Return the generated configuration file; it is written anew at each start, so it says where
    changes belong.
    """
    head = f"# Written at each start; your own settings go into {OPERATOR_FILE}, read last.\n"
    return head + "".join(f"{name} = {value}\n" for name, value in settings.items())


def includes_text() -> str:
    """Return the lines that make the server read our generated file and then the operator's."""
    return f"\ninclude_if_exists = '{GENERATED_FILE}'\ninclude_if_exists = '{OPERATOR_FILE}'\n"


def host_access_text() -> str:
    """Return pg_hba.conf: only this machine's socket, only accounts that the identity map names."""
    return "local all all peer map=entrepot\nlocal replication all peer map=entrepot\n"


def identity_map_text(accounts: list[str]) -> str:
    """Return pg_ident.conf: each of the operating-system accounts may act as each of our database
    roles.
    """
    names = sorted(set(accounts))
    return "".join(f'entrepot "{account}" {role}\n' for account in names for role in ROLES)
