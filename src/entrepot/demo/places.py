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
# The area of a big city with free digits behind it; those of North America are the ones kept for stories.
_NUMBERS = {
    "DE": "+49 40 {:07d}",
    "AT": "+43 316 {:06d}",
    "CH": "+41 44 {:07d}",
    "NL": "+31 20 5{:06d}",
    "FR": "+33 4 72{:06d}",
    "US": "+1 503 55501{:02d}",
    "CA": "+1 416 55501{:02d}",
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
    """Give a telephone number that the country's numbering plan has; the digits are invented."""
    shape = _NUMBERS[country]
    digits = int(shape[shape.index(":0") + 2])
    return shape.format(dice("phone", name).randrange(10**digits))


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
