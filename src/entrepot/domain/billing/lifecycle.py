"""Kinds and states of billing runs, charges and documents; pure."""

from enum import StrEnum


class ChargeKind(StrEnum):
    """Why a charge was made; the order is the order of lines within a subscription."""

    SETUP = "setup"
    RENEWAL = "renewal"
    RECURRING = "recurring"
    CHANGE = "change"
    OVERUSE = "overuse"
    USAGE = "usage"
    REFUND = "refund"


class DocumentKind(StrEnum):
    """What a numbered document is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class RunStep(StrEnum):
    """The steps of one day's run, in order; a step starts when every chunk of the one before is done."""

    RATE = "rate"
    TOTAL = "total"
    NUMBER = "number"
    POST = "post"
    SETTLE = "settle"
    DONE = "done"


class QuarantineReason(StrEnum):
    """Why a subscription could not be billed."""

    NO_PRICE = "no_price"
    NO_TAX_RULE = "no_tax_rule"
    NO_EXCHANGE_RATE = "no_exchange_rate"
    NO_TAX_ZONE = "no_tax_zone"
    CHAIN_BROKEN = "chain_broken"
    BAD_DATA = "bad_data"
