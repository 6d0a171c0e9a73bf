"""Addresses of billing in the provider's panel."""

from datetime import date

from django.urls import path, register_converter

from entrepot.web.screens.billing import aside, listing, proofs, rehearsals, run_page


class DayConverter:
    """A calendar day in an address: `2026-07-01`; other texts do not match."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """Read the day. Raises: ValueError for one that the calendar does not have."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """Write the day."""
        return value.isoformat()


register_converter(DayConverter, "billing_day")

urlpatterns = [
    path("", listing.billing_list, name="billing"),
    path("bill/", listing.bill, name="billing-bill"),
    path("rehearse/", listing.rehearse, name="billing-rehearse"),
    path("runs/<billing_day:day>/", run_page.run_page, name="billing-run"),
    path("runs/<billing_day:day>/compare/", run_page.compare, name="billing-compare"),
    path("runs/<billing_day:day>/prove/", proofs.prove, name="billing-prove"),
    path("runs/<billing_day:day>/proof/", proofs.proof_report, name="billing-proof"),
    path("not-billed/", aside.aside_list, name="billing-aside"),
    path("not-billed/retry/", aside.retry, name="billing-retry"),
    path("rehearsals/", rehearsals.rehearsal_list, name="billing-rehearsals"),
    path("rehearsals/<int:number>/", rehearsals.rehearsal_page, name="billing-rehearsal"),
]
