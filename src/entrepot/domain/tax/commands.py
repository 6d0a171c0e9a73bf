"""Add zones, categories and dated rules of tax; only the provider does this."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.names import has_controls
from entrepot.domain.tax.errors import TaxConflict, TaxInput
from entrepot.domain.tax.models import TaxCategory, TaxRule, TaxTreatment, TaxZone
from entrepot.infra.audit.recorder import Actor, record

RATE_PPM_MAX = 1_000_000


def add_tax_zone(
    *, code: str, name: str, country: str, actor: Actor, now: datetime, region: str = ""
) -> int:
    """Add a country, or one region of it, as a place of its own rules; return its id.

    The same zone again changes nothing. Raises: TaxInput `tax_text_missing`; TaxConflict `tax_zone_taken`.
    """
    facts = {
        "code": _text(code, field="code", length_max=20),
        "name": _text(name, field="name", length_max=80),
        "country": country,
        "region": region.strip()[:80],
    }
    with transaction.atomic():
        known = TaxZone.objects.filter(
            Q(code=facts["code"]) | Q(country=country, region=facts["region"])
        ).first()
        if known is not None:
            if any(getattr(known, key) != value for key, value in facts.items()):
                raise TaxConflict(
                    "tax_zone_taken",
                    "The tax zone {object} has this code or this place already.",
                    object=known.code,
                    next_step="Choose another code, or use that zone.",
                )
            return known.id
        zone = TaxZone.objects.create(**facts)
        _record("tax_zone_added", "tax_zone", zone.id, zone.code, actor, now, facts)
    return zone.id


def add_tax_category(*, code: str, name: str, actor: Actor, now: datetime) -> int:
    """Add a kind of goods for tax; return its id. The same category again changes nothing.

    Raises: TaxInput `tax_text_missing`; TaxConflict `tax_category_taken`.
    """
    facts = {
        "code": _text(code, field="code", length_max=20),
        "name": _text(name, field="name", length_max=80),
    }
    with transaction.atomic():
        known = TaxCategory.objects.filter(code=facts["code"]).first()
        if known is not None:
            if known.name != facts["name"]:
                raise TaxConflict(
                    "tax_category_taken",
                    "The tax category {object} exists under another name.",
                    object=known.code,
                    next_step="Choose another code.",
                )
            return known.id
        category = TaxCategory.objects.create(**facts)
        _record("tax_category_added", "tax_category", category.id, category.code, actor, now, facts)
    return category.id


def set_tax_rule(
    *,
    seller_zone_id: int,
    buyer_zone_id: int,
    category_id: int,
    buyer_registered: bool,
    treatment: TaxTreatment,
    rate_ppm: int,
    label: str,
    valid_from: date,
    actor: Actor,
    now: datetime,
) -> int:
    """Set the rate of a zone pair and category from a day on and close the rule before; return its id.

    `rate_ppm` is 0..1,000,000 parts per million and 0 unless the treatment is standard. Charges that
    exist keep their rate. The same rule again changes nothing.
    Raises: NoSuchObject; TaxInput; TaxConflict `tax_rule_in_the_way` when a rule starts on or after the day.
    """
    _check_rate(treatment, rate_ppm)
    key = {
        "seller_zone_id": seller_zone_id,
        "buyer_zone_id": buyer_zone_id,
        "category_id": category_id,
        "buyer_registered": buyer_registered,
    }
    facts = {
        "treatment": treatment,
        "rate_ppm": rate_ppm,
        "label": _text(label, field="label", length_max=80),
    }
    with transaction.atomic():
        # The category's row is what concurrent changes of one rule wait for.
        if not TaxCategory.objects.select_for_update().filter(pk=category_id).exists():
            raise NoSuchObject(object="tax category")
        if TaxZone.objects.filter(pk__in={seller_zone_id, buyer_zone_id}).count() != len(
            {seller_zone_id, buyer_zone_id}
        ):
            raise NoSuchObject(object="tax zone")
        newest = TaxRule.objects.filter(**key).order_by("-valid_from").first()
        if newest is not None and newest.valid_from >= valid_from:
            return _same_or_refuse(newest, facts, valid_from)
        if newest is not None and (newest.valid_to is None or newest.valid_to > valid_from):
            TaxRule.objects.filter(pk=newest.pk).update(valid_to=valid_from)
        rule = TaxRule.objects.create(**key, **facts, valid_from=valid_from)
        after = {**key, **facts, "valid_from": valid_from.isoformat()}
        before = {"rate_ppm": newest.rate_ppm} if newest else {}
        _record("tax_rule_set", "tax_rule", rule.id, rule.label, actor, now, after, before)
    return rule.id


def _same_or_refuse(newest: TaxRule, facts: dict[str, object], valid_from: date) -> int:
    same = all(getattr(newest, key) == value for key, value in facts.items())
    if same and newest.valid_from == valid_from and newest.valid_to is None:
        return newest.id
    raise TaxConflict(
        "tax_rule_in_the_way",
        "A rule for the same zones and category starts on {day}.",
        object=newest.label,
        next_step="Choose a later first day.",
        day=newest.valid_from,
    )


def _check_rate(treatment: TaxTreatment, rate_ppm: int) -> None:
    if not 0 <= rate_ppm <= RATE_PPM_MAX:
        raise TaxInput(
            "tax_rate_out_of_bounds",
            "A tax rate lies between 0 % and 100 %.",
            field="rate_ppm",
            next_step="Give 190000 for 19 %.",
        )
    if treatment is not TaxTreatment.STANDARD and rate_ppm:
        raise TaxInput(
            "tax_rate_unexpected",
            "Reverse charge and exempt sales have no rate.",
            field="rate_ppm",
            next_step="Set the rate to 0, or choose the standard treatment.",
        )


def _text(text: str, *, field: str, length_max: int) -> str:
    cleaned = text.strip()
    if not cleaned or len(cleaned) > length_max or has_controls(cleaned):
        raise TaxInput(
            "tax_text_missing",
            "This text needs 1 to {length_max} visible characters.",
            field=field,
            next_step="Write a shorter text, or one at all.",
            length_max=length_max,
        )
    return cleaned


def _record(
    action: str,
    kind: str,
    number: int,
    label: str,
    actor: Actor,
    now: datetime,
    after: Mapping[str, object],
    before: Mapping[str, object] | None = None,
) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind=kind,
        object_id=number,
        object_label=label,
        tenant_id=None,
        before=before,
        after=after,
    )
