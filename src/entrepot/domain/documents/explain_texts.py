"""The wording of explanations in English and German.

The buyer is addressed as you; with the buyer's name a sentence is told to the seller instead.

In the sentences of the paragraph, stars enclose what is printed bold. They are read before names
are filled in, so a star in the name of a plan stays a star.
"""

import re
from typing import Final

from entrepot.domain.billing.lifecycle import ChargeKind
from entrepot.domain.documents.explain_types import Piece, StepName
from entrepot.domain.documents.types import BillingUnit, Language

_BOLD: Final = re.compile(r"\*([^*]+)\*")

_OPENINGS = {
    ChargeKind.SETUP: (
        "Setting up {plan} is charged once, for *{units}*.",
        "Die Einrichtung von {plan} wird einmal berechnet, für *{units}*.",
    ),
    ChargeKind.RENEWAL: (
        "Renewing {plan} is charged with each further term, for *{units}*.",
        "Die Verlängerung von {plan} wird mit jeder weiteren Laufzeit berechnet, für *{units}*.",
    ),
    ChargeKind.RECURRING: (
        "In the period {period} you have *{units}* of {plan}.",
        "Im Zeitraum {period} haben Sie *{units}* von {plan}.",
    ),
    ChargeKind.CHANGE: (
        "On {first_day} you added *{units}* of {plan}.",
        "Am {first_day} haben Sie *{units}* von {plan} hinzugefügt.",
    ),
    ChargeKind.OVERUSE: (
        "In the period {period} you used *{units}* of {plan} above the included amount.",
        "Im Zeitraum {period} haben Sie *{units}* von {plan} über der enthaltenen Menge genutzt.",
    ),
    ChargeKind.USAGE: (
        "In the period {period} your use of {plan} cost *{units}* at the vendor.",
        "Im Zeitraum {period} hat Ihre Nutzung von {plan} beim Hersteller *{units}* gekostet.",
    ),
    ChargeKind.REFUND: (
        "On {first_day} you gave back *{units}* of {plan}.",
        "Am {first_day} haben Sie *{units}* von {plan} zurückgegeben.",
    ),
}

_TERMS = {
    "title": ("Why {net}?", "Warum {net}?"),
    "level_tiered": (
        ", for units above {above} up to {up_to}",
        ", für Einheiten über {above} bis {up_to}",
    ),
    "level_tiered_last": (", for units above {above}", ", für Einheiten über {above}"),
    "level_volume": (
        ", for all units of more than {above} and at most {up_to}",
        ", für alle Einheiten bei mehr als {above} und höchstens {up_to}",
    ),
    "level_volume_last": (
        ", for all units of more than {above}",
        ", für alle Einheiten bei mehr als {above}",
    ),
    "price_month": (
        "The price of one {unit} is *{price} a month*.",
        "Der Preis je {unit} ist *{price} im Monat*.",
    ),
    "price_year": (
        "The price of one {unit} is *{price} a year*.",
        "Der Preis je {unit} ist *{price} im Jahr*.",
    ),
    "price_period": (
        "The price of one {unit} is *{price} for a billing period*.",
        "Der Preis je {unit} ist *{price} für einen Abrechnungszeitraum*.",
    ),
    "price_once": ("The price of one {unit} is *{price}*.", "Der Preis je {unit} ist *{price}*."),
    "price_factor": (
        "For each 1 of it you pay *{price}*.",
        "Für je 1 davon zahlen Sie *{price}*.",
    ),
    "part": (
        "You had them for *{num} of {den} days*, so you pay {num}/{den} of the {span}.",
        "Sie hatten sie an *{num} von {den} Tagen*, also zahlen Sie {num}/{den} für {span}.",
    ),
    "part_back": (
        "*{num} of {den} days* were left, so {num}/{den} of the {span} comes back.",
        "*{num} von {den} Tagen* waren übrig, also kommen {num}/{den} für {span} zurück.",
    ),
    "reverses": (
        "Price, discount and tax rate are those of {line}.",
        "Preis, Rabatt und Steuersatz sind die von {line}.",
    ),
    "discount_of": ("*{percent}* is taken off: {label}.", "Davon gehen *{percent}* ab: {label}."),
    "discount": ("*{percent}* is taken off.", "Davon gehen *{percent}* ab."),
    "follow_up": (
        "From {day} they are part of line {line}.",
        "Ab {day} gehören sie zu Position {line}.",
    ),
    "same_cent": (
        "Calculated again just now: same cent.",
        "Eben neu berechnet: gleich auf den Cent.",
    ),
    "other_cent": (
        "Calculated again just now: {net} net and {tax} tax. Please report this line.",
        "Eben neu berechnet: {net} netto und {tax} Steuer. Bitte melden Sie diese Position.",
    ),
    "valid_from": (", valid from {day}", ", gültig ab {day}"),
    "exchange": (", at {rate} {currency} for 1 {source}", ", zu {rate} {currency} für 1 {source}"),
    "rule": (", {rule}", ", {rule}"),
    "from_to": ("{before} to {after}", "{before} auf {after}"),
    "days_of": ("{num} of the {den} days from {period}", "{num} der {den} Tage vom {period}"),
    "days_of_month": (
        "{num} of the {den} days of {month}",
        "{num} der {den} Tage im {month}",
    ),
    "whole_period": ("whole period", "ganzer Zeitraum"),
    "printed": ("as printed in column Net", "wie gedruckt in der Spalte Netto"),
    "tax_on": ("{label}, rate of {day}", "{label}, Satz vom {day}"),
    "tax_shared": (
        ", rounded for all lines of this rate together",
        ", gerundet für alle Positionen dieses Satzes zusammen",
    ),
    "per_month": ("per month", "im Monat"),
    "per_year": ("per year", "im Jahr"),
    "per_period": ("per period", "je Zeitraum"),
    "per_once": ("once", "einmalig"),
    "per_use": ("per use", "je Nutzung"),
    "usage_opening": (
        "In the period {period} you used *{units}* of {sku} ({plan}).",
        "Im Zeitraum {period} haben Sie *{units}* von {sku} genutzt ({plan}).",
    ),
    "usage_amount": (
        "At your prices that comes to *{amount}*.",
        "Zu Ihren Preisen sind das *{amount}*.",
    ),
    "usage_before": (
        "*{amount}* of it had been charged before, so only the rest is charged now.",
        "*{amount}* davon waren schon berechnet, jetzt kommt nur der Rest hinzu.",
    ),
    "usage_now": ("Use at your prices", "Nutzung zu Ihren Preisen"),
    "usage_of": ("{units} of {sku}", "{units} von {sku}"),
    "usage_unit_price": (", {price} per {unit}", ", {price} je {unit}"),
    "usage_above": (", {price} above {limit}", ", {price} über {limit}"),
    "usage_cost": (", cost {amount}", ", Kosten {amount}"),
    "usage_lines": ("usage lines", "Nutzungszeilen"),
    "usage_exact": ("exactly {value}", "genau {value}"),
    "usage_charged": ("Charged before", "Schon berechnet"),
    "usage_earlier": ("from earlier reports of this use", "aus früheren Meldungen dieser Nutzung"),
    "span_month": ("month", "den Monat"),
    "span_year": ("year", "das Jahr"),
    "span_period": ("period", "den Zeitraum"),
    "span_once": ("price", "den Preis"),
    "span_use": ("price", "den Preis"),
}

_LABELS = {
    StepName.PRICE: ("Price of one {unit}", "Preis je {unit}"),
    StepName.QUANTITY: ("{units}", "{units}"),
    StepName.LIST: ("Days in use", "Tage der Nutzung"),
    StepName.DISCOUNT: ("Discount {percent}", "Rabatt {percent}"),
    StepName.NET: ("Net, this line", "Netto, diese Position"),
    StepName.TAX: ("VAT {percent}", "USt. {percent}"),
    StepName.GROSS: ("You pay for this line", "Sie zahlen für diese Position"),
}
# What differs for the seller, who reads who bought.
_SELLER_OPENINGS = {
    ChargeKind.RECURRING: (
        "In the period {period} {buyer} has *{units}* of {plan}.",
        "Im Zeitraum {period} hat {buyer} *{units}* von {plan}.",
    ),
    ChargeKind.CHANGE: (
        "On {first_day} {buyer} added *{units}* of {plan}.",
        "Am {first_day} hat {buyer} *{units}* von {plan} hinzugefügt.",
    ),
    ChargeKind.OVERUSE: (
        "In the period {period} {buyer} used *{units}* of {plan} above the included amount.",
        "Im Zeitraum {period} hat {buyer} *{units}* von {plan} über der enthaltenen Menge genutzt.",
    ),
    ChargeKind.USAGE: (
        "In the period {period} the use of {plan} by {buyer} cost *{units}* at the vendor.",
        "Im Zeitraum {period} hat die Nutzung von {plan} durch {buyer} beim Hersteller *{units}* gekostet.",
    ),
    ChargeKind.REFUND: (
        "On {first_day} {buyer} gave back *{units}* of {plan}.",
        "Am {first_day} hat {buyer} *{units}* von {plan} zurückgegeben.",
    ),
}
_SELLER_TERMS = {
    "price_factor": (
        "For each 1 of it {buyer} pays *{price}*.",
        "Für je 1 davon zahlt {buyer} *{price}*.",
    ),
    "part": (
        "{buyer} had them for *{num} of {den} days*, so {num}/{den} of the {span} is paid.",
        "{buyer} hatte sie an *{num} von {den} Tagen*, also werden {num}/{den} für {span} bezahlt.",
    ),
    "usage_opening": (
        "In the period {period} {buyer} used *{units}* of {sku} ({plan}).",
        "Im Zeitraum {period} hat {buyer} *{units}* von {sku} genutzt ({plan}).",
    ),
    "usage_amount": (
        "At the prices of {buyer} that comes to *{amount}*.",
        "Zu den Preisen von {buyer} sind das *{amount}*.",
    ),
    "usage_now": ("Use at the prices of {buyer}", "Nutzung zu den Preisen von {buyer}"),
}
_SELLER_GROSS = ("{buyer} pays for this line", "{buyer} zahlt für diese Position")
_SELLER_BACK = ("{buyer} gets back for this line", "{buyer} erhält für diese Position")

_LABEL_WHOLE = ("List", "Listenpreis")
_LABEL_BACK = ("You get back for this line", "Sie erhalten für diese Position")
_LABEL_FACTOR = ("Charge for each 1 of cost", "Berechnet für je 1 Kosten")
_LABEL_COST = ("Cost at the vendor", "Kosten beim Hersteller")

_QUANTITY_LABELS = {
    ChargeKind.SETUP: ("{units}", "{units}"),
    ChargeKind.RENEWAL: ("{units}", "{units}"),
    ChargeKind.RECURRING: ("{units}", "{units}"),
    ChargeKind.CHANGE: ("{units} added", "{units} hinzugefügt"),
    ChargeKind.OVERUSE: ("{units} above the included", "{units} über der enthaltenen Menge"),
    ChargeKind.USAGE: _LABEL_COST,
    ChargeKind.REFUND: ("{units} removed", "{units} entfernt"),
}


def opening(kind: ChargeKind, language: Language, *, buyer: str, **values: str) -> list[Piece]:
    """Say what happened: to the buyer with `buyer` empty, else to the seller, who reads that name."""
    pair = (_SELLER_OPENINGS if buyer else _OPENINGS).get(kind, _OPENINGS[kind])
    return _pieces(_choose(pair, language), {**values, "buyer": buyer})


def sentence(key: str, language: Language, *, buyer: str = "", **values: str) -> list[Piece]:
    """Fill a sentence of the paragraph; what stands between stars becomes bold."""
    return _pieces(_term(key, language, buyer), {**values, "buyer": buyer})


def words(key: str, language: Language, *, buyer: str = "", **values: str) -> str:
    """Fill a text without bold parts."""
    return _term(key, language, buyer).format_map({**values, "buyer": buyer})


def span(unit: BillingUnit, language: Language) -> str:
    """Name the span of a price inside "19/30 of the month"."""
    return words(f"span_{unit}", language)


def label(name: StepName, language: Language, **values: str) -> str:
    """Name a step of an ordinary calculation."""
    return _choose(_LABELS[name], language).format_map(values)


def quantity_label(kind: ChargeKind, units: str, language: Language) -> str:
    """Name the quantity step: "Seats added"."""
    text = _choose(_QUANTITY_LABELS[kind], language).replace("{units}", units)
    return text[:1].upper() + text[1:]


def list_label(language: Language, *, is_whole: bool) -> str:
    """Name the list step, which multiplies by days only for a part of a period."""
    return _choose(_LABEL_WHOLE if is_whole else _LABELS[StepName.LIST], language)


def gross_label(language: Language, *, is_reduction: bool, buyer: str = "") -> str:
    """Name the last step; as in `opening`, a name of the buyer tells it to the seller."""
    if buyer:
        pair = _SELLER_BACK if is_reduction else _SELLER_GROSS
        return _choose(pair, language).format_map({"buyer": buyer})
    return _choose(_LABEL_BACK if is_reduction else _LABELS[StepName.GROSS], language)


def factor_label(language: Language) -> str:
    """Name the price step of pay as you go, whose price is a factor on the vendor's cost."""
    return _choose(_LABEL_FACTOR, language)


def _pieces(template: str, values: dict[str, str]) -> list[Piece]:
    parts = _BOLD.split(template)
    return [
        Piece(text=part.format_map(values), bold=index % 2 == 1)
        for index, part in enumerate(parts)
        if part
    ]


def _term(key: str, language: Language, buyer: str) -> str:
    return _choose((_SELLER_TERMS if buyer else _TERMS).get(key, _TERMS[key]), language)


def _choose(pair: tuple[str, str], language: Language) -> str:
    english, german = pair
    return german if language is Language.DE else english
