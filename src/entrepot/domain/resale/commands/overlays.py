"""Set what a seller shows of a plan differently from its upstream seller."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from django.db import transaction

from entrepot.domain.catalog.commands.checks import check_version
from entrepot.domain.catalog.models import Plan, SalesCategory
from entrepot.domain.catalog.plan_changes import note_changes
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.names import clean_language, clean_name
from entrepot.domain.resale.plan_models import PlanOverlay
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind

NAME_LENGTH_MAX = 250
DESCRIPTION_LENGTH_MAX = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A seller's own values of a plan; None means "as upstream". Texts are by language ({"en": ...})."""

    is_published: bool | None = None
    name: dict[str, str] | None = None
    description: dict[str, str] | None = None
    sales_category_id: int | None = None
    display_in_customer_panel: bool | None = None


def _texts(texts: dict[str, str] | None, *, field: str, length_max: int) -> dict[str, str] | None:
    """Check texts by language as names are checked; a line of each is what lists and documents have room for."""
    if texts is None:
        return None
    return {
        clean_language(language, field=field): clean_name(text, field=field, length_max=length_max)
        for language, text in texts.items()
    }


def overlay_values(row: PlanOverlay | None) -> dict[str, Any]:
    """Give what a seller set, by the names of `Overlay`; all None without a row."""
    return {field.name: getattr(row, field.name, None) for field in fields(Overlay)}


def set_plan_overlay(
    *,
    account_id: int,
    plan_id: int,
    overlay: Overlay,
    actor: Actor,
    now: datetime,
    version: str | None = None,
    is_reviewed: bool = False,
) -> int:
    """Store all of a seller's own values of a plan, replacing what it had set; return the row's id.

    Upstream changes never touch it. Nothing is written when nothing differs. `version` is that of the values as they
    were read. `is_reviewed`: the seller has looked at a new plan, which it shows from now on as the one above.
    Raises: NoSuchObject; PartyInput for an unknown language or an unusable text; CatalogConflict `changed_meanwhile`.
    """
    values = asdict(overlay) | {
        "name": _texts(overlay.name, field="name", length_max=NAME_LENGTH_MAX),
        "description": _texts(
            overlay.description, field="description", length_max=DESCRIPTION_LENGTH_MAX
        ),
    }
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(pk=account_id).first()
        if account is None or account.kind is AccountKind.CUSTOMER:
            raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
        if not Plan.objects.filter(pk=plan_id).exists():
            raise NoSuchObject(object=f"{IdKind.PLAN.value}-{plan_id}")
        category = overlay.sales_category_id
        if category is not None and not SalesCategory.objects.filter(pk=category).exists():
            raise NoSuchObject(object="sales category")
        key: dict[str, Any] = {
            "tenant_id": account.tenant_id,
            "account": account,
            "plan_id": plan_id,
        }
        old = PlanOverlay.objects.filter(**key).first()
        before = overlay_values(old)
        check_version(before, version, object_name=f"{IdKind.PLAN.value}-{plan_id}")
        is_known = old is not None and (old.is_reviewed or not is_reviewed)
        if old is not None and is_known and before == values:
            return old.id
        kept = {**values, "is_reviewed": is_reviewed or (old is not None and old.is_reviewed)}
        row, _ = PlanOverlay.objects.update_or_create(**key, defaults=kept)
        note_changes(plan_id=plan_id, before=before, after=values, now=now, seller_id=account.id)
        record(
            actor=actor,
            now=now,
            action="plan_overlay_set",
            object_kind="plan",
            object_id=plan_id,
            tenant_id=account.tenant_id,
            before=before,
            after={"account": account.id, **values},
        )
    return row.id
