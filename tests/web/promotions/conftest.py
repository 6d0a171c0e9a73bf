"""The world of the marketplace, in which somebody promises and somebody orders."""

from tests.web.marketplace.conftest import clock, filled, german, mall

__all__ = ["clock", "filled", "german", "mall"]
