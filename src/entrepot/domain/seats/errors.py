"""Refusals of the seats package; their texts are translated by the screens."""

from entrepot.kernel.errors import BadInput, Refused


class SeatInput(BadInput):
    """People or a service that cannot be named so."""

    codes = frozenset({"seat_people_missing", "seat_people_too_many", "seat_service_unknown"})


class SeatsRefused(Refused):
    """A rule of assigned services forbids it."""

    codes = frozenset({"seats_missing", "seat_busy", "seat_person_not_there"})
