"""Refusals of the ledger."""

from entrepot.kernel.errors import BadInput


class LedgerInput(BadInput):
    """An amount that cannot be posted."""

    codes = frozenset({"transfer_not_positive", "transfer_one_account"})
