"""States of a subscription as refusals name them; the states themselves are pure (`lifecycle.py`)."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from entrepot.domain.subscriptions.lifecycle import Status

SPOKEN: Mapping[Status, str | Promise] = {
    Status.ORDERED: pgettext_lazy("a subscription is …", "ordered"),
    Status.TRIAL: pgettext_lazy("a subscription is …", "trial"),
    Status.ACTIVE: pgettext_lazy("a subscription is …", "active"),
    Status.GRACED: pgettext_lazy("a subscription is …", "graced"),
    Status.EXPIRED: pgettext_lazy("a subscription is …", "expired"),
    Status.CANCELLED: pgettext_lazy("a subscription is …", "cancelled"),
    Status.TERMINATED: pgettext_lazy("a subscription is …", "terminated"),
}
"""The word of a state within a refusal, in the language of who reads it."""
