"""Words of the levels of a price."""

from django.utils.translation import gettext

from entrepot.domain.catalog.kinds import PriceModel
from entrepot.domain.catalog.levels import PriceLevel
from entrepot.web.screens.subscriptions import words


def level(one: PriceLevel) -> str:
    """Say which units a level of a price counts for, empty for a price without levels."""
    if one.is_flat:
        return ""
    facts = {
        "above": words.quantity(one.lower_limit.normalize()),
        "up_to": words.quantity((one.upper_limit or one.lower_limit).normalize()),
    }
    if one.model is PriceModel.TIERED:
        if one.upper_limit is None:
            return gettext("units above %(above)s") % facts
        return gettext("units above %(above)s up to %(up_to)s") % facts
    if one.upper_limit is None:
        return gettext("all units, if more than %(above)s") % facts
    return gettext("all units, if more than %(above)s and at most %(up_to)s") % facts
