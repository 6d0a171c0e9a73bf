"""The one refusal of this package."""

from __future__ import annotations

from collections.abc import Callable

from entrepot.kernel.errors import DomainError


class PostgresUnavailable(DomainError):
    """A database that cannot be used: the cause, and what the operator can do about it."""

    codes = frozenset(
        {
            "postgres_account_missing",
            "postgres_account_without_name",
            "postgres_cluster_not_created",
            "postgres_backup_missing",
            "postgres_directory_occupied",
            "postgres_directory_of_another_account",
            "postgres_directory_unusable",
            "postgres_external",
            "postgres_not_empty",
            "postgres_not_migrated",
            "postgres_not_reachable",
            "postgres_programs_missing",
            "postgres_programs_too_old",
            "postgres_programs_unusable",
            "postgres_server_not_started",
            "postgres_server_not_stopped",
            "postgres_socket_directory_taken",
            "postgres_unknown_role",
            "postgres_url_unreadable",
            "postgres_wrong_version",
        }
    )

    def __init__(self, *, code: str, cause: str, next_step: str) -> None:
        super().__init__(code, "{cause}", next_step=next_step, cause=cause)
        self.cause = cause

    def text(self, *, translate: Callable[[str], str] = str) -> str:
        """Write cause and next step on lines of their own; both may quote several lines.

        Only the operator's terminal shows them, in English, so `translate` sees the next step only.
        """
        return f"{self.cause}\n{translate(self.next_step or '')}"
