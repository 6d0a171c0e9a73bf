"""The checks of the proof: what each claims and the statements that search for what contradicts it.

The statements share nothing with those of the daily run: neither text nor temporary tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_BILLING = "entrepot.domain.billing"
_LEDGER = "entrepot.domain.ledger"
_RESALE = "entrepot.domain.resale"
_SEATS = "entrepot.domain.seats"
_SUBSCRIPTIONS = "entrepot.domain.subscriptions"
_HERE = "entrepot.flows.verify"


@dataclass(frozen=True, slots=True)
class Check:
    """One claim. `statements` are (package, name); `for_run` says that it can be restricted to one run cheaply."""

    name: str
    claim: str
    statements: tuple[tuple[str, str], ...]
    for_run: bool


CHECKS: Mapping[str, Check] = {
    check.name: check
    for check in (
        Check(
            "coverage",
            "Every seat-day of service delivered is charged exactly once on every tier.",
            ((_BILLING, "prove_coverage"),),
            for_run=True,
        ),
        Check(
            "unbilled",
            "Nothing that was due is left behind, unless it is in quarantine with its reason.",
            ((_BILLING, "prove_due"),),
            for_run=True,
        ),
        Check(
            "usage",
            "Every used amount is charged as the difference of its rounded totals, and none is forgotten.",
            ((_BILLING, "prove_usage"),),
            for_run=False,
        ),
        Check(
            "replay",
            "Every stored charge follows to the cent from its own fields.",
            ((_BILLING, "prove_replay"),),
            for_run=True,
        ),
        Check(
            "documents",
            "Every document is its charges, its lines in order, its tax and its postings.",
            (
                (_BILLING, "prove_documents"),
                (_BILLING, "prove_invoiced"),
                (_BILLING, "prove_tax"),
                (_BILLING, "prove_lines"),
            ),
            for_run=True,
        ),
        Check(
            "numbers",
            "Numbers of documents run without gap, and their dates never fall.",
            ((_BILLING, "prove_numbers"),),
            for_run=True,
        ),
        Check(
            "ledger",
            "Transfers, balances, open amounts and used credit agree for every billing account.",
            (
                (_LEDGER, "prove_balances"),
                (_BILLING, "prove_receivables"),
                (_HERE, "allocations"),
            ),
            for_run=False,
        ),
        Check(
            "references",
            "Every reference points to an existing row of the same tenant.",
            ((_BILLING, "prove_charge_references"), (_BILLING, "prove_references")),
            for_run=False,
        ),
        Check(
            "credit",
            "Every billing account is held or free as its terms say.",
            ((_HERE, "holds"),),
            for_run=True,
        ),
        Check(
            "lists",
            "Lists show what billing goes by.",
            ((_SUBSCRIPTIONS, "prove_lists"), (_RESALE, "prove_places"), (_SEATS, "prove_tallies")),
            for_run=False,
        ),
    )
}
