"""Addresses, telephone and tax numbers of invented companies; pure. The same name always gives the same ones."""

from entrepot.demo.cast import Customer, dice

_STREETS = {
    "DE": (
        "Speicherstr.",
        "Hafenstraße",
        "Lindenallee",
        "Am Markt",
        "Bahnhofstraße",
        "Gartenweg",
        "Mühlenweg",
        "Kirchplatz",
    ),
    "AT": ("Herrengasse", "Hauptplatz", "Bahnhofgasse", "Am Anger", "Schlossweg", "Mühlgasse"),
    "CH": ("Bahnhofstrasse", "Seestrasse", "Dorfplatz", "Mühlegasse", "Rosenweg", "Poststrasse"),
    "NL": ("Kerkstraat", "Stationsweg", "Molenlaan", "Dorpsstraat", "Havenkade", "Lindelaan"),
    "FR": (
        "rue de la République",
        "quai des Tilleuls",
        "avenue du Parc",
        "place du Marché",
        "rue des Lilas",
    ),
    "US": (
        "Alder Street",
        "Harbor Avenue",
        "Main Street",
        "Orchard Lane",
        "Mill Road",
        "Pine Street",
    ),
    "CA": ("Water Street", "Granville Lane"),
}
_NUMBER_FIRST = frozenset({"FR", "US", "CA"})
_DIALLING = {
    "DE": "+49",
    "AT": "+43",
    "CH": "+41",
    "NL": "+31",
    "FR": "+33",
    "US": "+1",
    "CA": "+1",
}
_REGIONS = {
    **dict.fromkeys(("Portland", "Salem", "Astoria", "Eugene", "Bend", "McMinnville"), "Oregon"),
    **dict.fromkeys(("Seattle", "Bellevue", "Tacoma", "Spokane"), "Washington"),
    "Vancouver": "British Columbia",
}


def street_of(*, customer: Customer) -> str:
    """Give street and house number in the order of the country."""
    if customer.name == "Cobalt Freight GmbH":
        return "Speicherstr. 14"
    chance = dice("street", customer.name)
    street, number = chance.choice(_STREETS[customer.country]), chance.randrange(1, 96)
    if customer.country in _NUMBER_FIRST:
        return f"{number} {street}"
    return f"{street} {number}"


def region_of(*, city: str) -> str:
    """Give the state of an American or the province of a Canadian city, empty elsewhere."""
    return _REGIONS.get(city, "")


def phone_of(*, name: str, country: str) -> str:
    """Give a telephone number that looks like one of the country."""
    digits = f"{dice('phone', name).randrange(10_000_000, 99_999_999)}"
    return f"{_DIALLING[country]} {digits[:2]} {digits[2:5]} {digits[5:]}"


def tax_number_of(*, name: str, country: str) -> str:
    """Give a number in the form of the country's VAT number, empty in North America.

    The digits are invented; nobody has checked that they belong to nobody.
    """
    digits = f"{dice('tax', name).randrange(10**10, 10**11)}"
    forms = {
        "DE": f"DE{digits[:9]}",
        "AT": f"ATU{digits[:8]}",
        "CH": f"CHE-{digits[:3]}.{digits[3:6]}.{digits[6:9]} MWST",
        "NL": f"NL{digits[:9]}B01",
        "FR": f"FR{digits[:2]}{digits[2:11]}",
    }
    return forms.get(country, "")
