"""Client secrets of portals: sealed in the database, opened only on the way to the portal."""

from pathlib import Path

from django.conf import settings
from django.db import transaction

from entrepot.domain.identity.models import Portal
from entrepot.infra.sealing import seal, unseal


def sealed(secret: str, *, account_id: int, slug: str) -> str:
    """Seal the secret of a portal; it does not open for another one."""
    return seal(secret, purpose=f"portal {account_id}/{slug}", directory=Path(settings.DATA))


def opened(text: str, *, account_id: int, slug: str) -> str:
    """Open the secret of a portal. Raises: NotOpened."""
    return unseal(text, purpose=f"portal {account_id}/{slug}", directory=Path(settings.DATA))


def seal_anew() -> int:
    """Seal the secrets of all portals with the key that seals now; return how many. Safe to repeat."""
    done = 0
    for number in Portal.objects.order_by("id").values_list("id", flat=True):
        with transaction.atomic():
            row = Portal.objects.select_for_update().filter(pk=number).first()
            if row is None or not row.sealed_secret:
                continue
            secret = opened(row.sealed_secret, account_id=row.account_id, slug=row.slug)
            text = sealed(secret, account_id=row.account_id, slug=row.slug)
            Portal.objects.filter(pk=number).update(sealed_secret=text)
            done += 1
    return done
