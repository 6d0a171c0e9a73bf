"""The four addresses of documents on one side of a sale."""

from django.urls import URLPattern, path

from entrepot.domain.parties.scopes import Side
from entrepot.web.screens.invoices import files, listing, page


def addresses(name: str, *, side: Side) -> list[URLPattern]:
    """Return list, page, PDF and CSV: `invoice` makes `invoices`, `invoice`, `invoice-pdf`, `invoice-csv`."""
    return [
        path("", listing.invoice_list, {"side": side}, name=f"{name}s"),
        path("<int:number>/", page.invoice_page, name=name),
        path("<int:number>/pdf/", files.invoice_pdf, name=f"{name}-pdf"),
        path("<int:number>/lines.csv", files.invoice_csv, name=f"{name}-csv"),
    ]
