"""`entrepot renew-seal`: seal what is kept secret in the database with a new key."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from entrepot.domain.identity.secrets import seal_anew as seal_portals
from entrepot.domain.parties.commands import seal_anew as seal_factors
from entrepot.infra.sealing import NotOpened, put_new_key_in_front
from entrepot.kernel.errors import DomainError


class Command(BaseCommand):
    """Put a key in front, then go through the secrets."""

    group = "Installation"
    help = "Seal the secrets in the database with a new key. Earlier keys stay in the file, for backups."

    def handle(self, *_args: object, **_options: object) -> None:
        """Renew, and say how many secrets there are."""
        put_new_key_in_front(directory=Path(settings.DATA))
        try:
            factors, portals = seal_factors(), seal_portals()
        except (NotOpened, DomainError) as error:
            raise CommandError(
                f"{error} Put the file of keys back and repeat; nothing is lost."
            ) from error
        self.stdout.write(
            f"Sealed with a new key: {factors} secrets of second factors, {portals} of portals."
        )
