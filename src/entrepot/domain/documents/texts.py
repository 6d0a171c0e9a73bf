"""The wording of documents in English and German, in one table.

German says *Abonnement* for a subscription. A term is looked up by its key; a missing key is a bug
and fails at once.
"""

from decimal import Decimal

from entrepot.domain.billing.lifecycle import ChargeKind
from entrepot.domain.documents.formats import number, percent
from entrepot.domain.documents.formats import period as period_text
from entrepot.domain.documents.types import BillingUnit, Language
from entrepot.kernel.periods import DateRange

# Each key leads to the English and the German form.
_TERMS = {
    "invoice": ("Invoice", "Rechnung"),
    "credit_note": ("Credit note", "Gutschrift"),
    "corrects": ("Corrects invoice", "Korrigiert Rechnung"),
    "corrects_of": ("{number} of {day}", "{number} vom {day}"),
    "number": ("Number", "Nummer"),
    "issued": ("Issued", "Ausgestellt"),
    "due": ("Due", "Fällig"),
    "period": ("Period", "Zeitraum"),
    "po_number": ("Your purchase order", "Ihre Bestellnummer"),
    "account": ("Account", "Kundennummer"),
    "tax_id": ("Tax ID", "USt-IdNr."),
    "to_pay": ("To pay", "Zu zahlen"),
    "to_pay_by": ("To pay by {day}", "Zu zahlen bis {day}"),
    "credited": ("In your favour", "Zu Ihren Gunsten"),
    "including_tax": ("including {tax} VAT", "einschließlich {tax} USt."),
    "without_tax": ("without VAT", "ohne USt."),
    "no": ("No.", "Nr."),
    "reference": ("Subscription or order", "Abonnement oder Auftrag"),
    "description": ("Description and period", "Leistung und Zeitraum"),
    "quantity": ("Quantity", "Menge"),
    "unit_price": ("Unit price", "Einzelpreis"),
    "billing_unit": ("Unit", "Einheit"),
    "duration": ("Duration", "Dauer"),
    "discount": ("Discount", "Rabatt"),
    "net": ("Net", "Netto"),
    "tax": ("VAT", "USt."),
    "gross": ("Gross", "Brutto"),
    "list": ("List", "Listenpreis"),
    "tax_summary": ("VAT by rate", "Umsatzsteuer nach Satz"),
    "rate": ("Rate", "Satz"),
    "lines": ("Lines", "Positionen"),
    "total": ("Total", "Summe"),
    "lines_heading": ("Lines", "Positionen"),
    "amounts_in": (
        "Amounts in {currency}, without VAT. Numbers and order are those of the panel.",
        "Beträge in {currency}, ohne USt. Nummern und Reihenfolge sind die der Bedienoberfläche.",
    ),
    "annex": ("Annex: amounts per end customer", "Anlage: Beträge je Endkunde"),
    "annex_note": (
        "The sums are those of {title}.",
        "Die Summen sind die der {title}.",
    ),
    "end_customer": ("End customer", "Endkunde"),
    "carried": ("Carried forward", "Übertrag"),
    "brought": ("Brought forward", "Übertrag"),
    "page": ("Page {page} of {pages}", "Seite {page} von {pages}"),
    "payment": ("Payment", "Zahlung"),
    "notes": ("Notes", "Hinweise"),
}

_BILLING_UNITS = {
    BillingUnit.MONTH: ("month", "Monat"),
    BillingUnit.YEAR: ("year", "Jahr"),
    BillingUnit.PERIOD: ("period", "Periode"),
    BillingUnit.ONCE: ("once", "einmalig"),
    BillingUnit.USE: ("use", "Nutzung"),
}

# Each key leads to singular and plural in English and German; other units are printed as given.
_UNITS = {
    "seat": (("seat", "seats"), ("Platz", "Plätze")),
    "user": (("user", "users"), ("Benutzer", "Benutzer")),
    "licence": (("licence", "licences"), ("Lizenz", "Lizenzen")),
    "mailbox": (("mailbox", "mailboxes"), ("Postfach", "Postfächer")),
    "device": (("device", "devices"), ("Gerät", "Geräte")),
    "server": (("server", "servers"), ("Server", "Server")),
    "unit": (("unit", "units"), ("Einheit", "Einheiten")),
    "piece": (("piece", "pieces"), ("Stück", "Stück")),
    "hour": (("hour", "hours"), ("Stunde", "Stunden")),
    "minute": (("minute", "minutes"), ("Minute", "Minuten")),
    "message": (("message", "messages"), ("Nachricht", "Nachrichten")),
    "request": (("request", "requests"), ("Anfrage", "Anfragen")),
    "room": (("room", "rooms"), ("Raum", "Räume")),
    "account": (("account", "accounts"), ("Konto", "Konten")),
}
_UNIT_KEYS = {form: key for key, (english, _) in _UNITS.items() for form in (key, *english)}
# Vendors of price lists write it the American way.
_UNIT_KEYS |= {"license": "licence", "licenses": "licence"}

_DESCRIPTIONS = {
    ChargeKind.SETUP: ("{plan}: set-up, {units}", "{plan}: Einrichtung, {units}"),
    ChargeKind.RENEWAL: ("{plan}: renewal, {units}", "{plan}: Verlängerung, {units}"),
    ChargeKind.RECURRING: ("{plan}, {units}", "{plan}, {units}"),
    ChargeKind.CHANGE: ("{plan}: {units} added", "{plan}: {units} hinzugefügt"),
    ChargeKind.REFUND: ("{plan}: {units} removed", "{plan}: {units} entfernt"),
    ChargeKind.OVERUSE: (
        "{plan}: use above the included amount, {units}",
        "{plan}: Nutzung über der enthaltenen Menge, {units}",
    ),
    ChargeKind.USAGE: (
        "{plan}: pay as you go, {units}",
        "{plan}: Abrechnung nach Nutzung, {units}",
    ),
}


def term(key: str, language: Language, **values: str) -> str:
    """Look up a word or sentence of the document and fill its named places.

    Raises: KeyError if there is no such term or a place has no value.
    """
    return _choose(_TERMS[key], language).format_map(values)


def billing_unit_label(unit: BillingUnit, language: Language) -> str:
    """Name the span to which a unit price refers: month, year, once or use."""
    return _choose(_BILLING_UNITS[unit], language)


def unit_label(unit: str, *, quantity: Decimal, language: Language) -> str:
    """Name a resource unit in the number that fits: 1 seat, 17 seats, 17 Plätze.

    A unit outside the table, such as GB or a vendor's own word, is returned unchanged.
    """
    key = _UNIT_KEYS.get(unit.casefold())
    if key is None:
        return unit
    english, german = _UNITS[key]
    one, many = german if language is Language.DE else english
    return one if abs(quantity) == 1 else many


def describe(
    kind: ChargeKind,
    plan_name: str,
    resource_unit: str,
    quantity: Decimal,
    period: DateRange | None,
    language: Language,
) -> str:
    """Say what a line is for: "Microsoft 365 E3, 12 seats, 1 May to 31 May 2026".

    A reduction shows its quantity without the minus, because the words say it. Without `period`
    the sentence stops before it, which is the form that `Line.description` wants. The plan name is
    somebody's text and comes out unchanged.
    """
    label = unit_label(resource_unit, quantity=quantity, language=language)
    units = f"{number(abs(quantity), language=language)} {label}".rstrip()
    text = _choose(_DESCRIPTIONS[kind], language).replace("{units}", units)
    if period is not None and period.end is not None:
        text = f"{text}, {period_text(period.start, period.end, language)}"
    # Last, so that braces in the name of a plan stay what they are.
    return text.replace("{plan}", plan_name)


def tax_name(label: str, tax_ppm: int, language: Language) -> str:
    """Name a row of the tax summary: "Standard, 19%"."""
    rate = percent(tax_ppm, language=language)
    return f"{label}, {rate}" if label else rate


def _choose(pair: tuple[str, str], language: Language) -> str:
    english, german = pair
    return german if language is Language.DE else english
