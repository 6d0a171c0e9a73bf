"""From a connector's row to the object that speaks to its vendor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from entrepot.domain.provisioning.connectors import manual, osb, signed
from entrepot.domain.provisioning.connectors.protocol import Abilities, Connector
from entrepot.domain.provisioning.connectors.secrets import load
from entrepot.domain.provisioning.errors import ProvisioningRefused
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.provisioning.models import Connector as ConnectorRow
from entrepot.infra.egress import TOTAL_SECONDS, Egress
from entrepot.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the operator decides: where secrets lie, which `host:port` may be private or plain, the time of a call."""

    secrets_directory: Path
    inside: frozenset[str] = frozenset()
    call_seconds: float = TOTAL_SECONDS


_ABILITIES = {
    ConnectorKind.SERVICE_BROKER: osb.ABILITIES,
    ConnectorKind.SIGNED_HTTP: signed.ABILITIES,
    ConnectorKind.MANUAL: manual.ABILITIES,
}


def abilities(kind: ConnectorKind) -> Abilities:
    """Return what connectors of a kind declare."""
    return _ABILITIES[kind]


def build(
    *,
    kind: ConnectorKind,
    name: str,
    base_url: str,
    surroundings: Surroundings,
    http: Egress,
    clock: Clock,
) -> Connector:
    """Make a connector. Raises: ProvisioningRefused `secret_missing`, `secret_file_readable`."""
    match kind:
        case ConnectorKind.MANUAL:
            return manual.ManualQueue()
        case ConnectorKind.SERVICE_BROKER:
            secrets = load(directory=surroundings.secrets_directory, name=name)
            return osb.ServiceBroker(base_url=base_url, secrets=secrets, http=http)
        case ConnectorKind.SIGNED_HTTP:
            secrets = load(directory=surroundings.secrets_directory, name=name)
            return signed.SignedHttp(base_url=base_url, secrets=secrets, http=http, clock=clock)


@asynccontextmanager
async def speaking(
    row: ConnectorRow, *, surroundings: Surroundings, clock: Clock
) -> AsyncIterator[Connector]:
    """Make the connector of a row with a connection pool of its own, closed at the end. Raises: as `build`."""
    http = Egress(inside=surroundings.inside, total_seconds=surroundings.call_seconds)
    try:
        yield build(
            kind=row.kind,
            name=row.name,
            base_url=row.base_url,
            surroundings=surroundings,
            http=http,
            clock=clock,
        )
    finally:
        await http.close()


def cannot(name: str) -> ProvisioningRefused:
    """Refuse what a connector does not declare."""
    return ProvisioningRefused(
        "connector_cannot",
        "The connector {object} cannot do this.",
        object=name,
        next_step="Ask the vendor, and note the result at the subscription.",
    )
