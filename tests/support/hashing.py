"""Passwords in tests: the hasher of the program, at the least cost that Argon2 knows."""

from entrepot.domain.parties.hashing import Argon2Hasher


class QuickHasher(Argon2Hasher):
    """Takes less than a millisecond where the program's takes more than twenty, a few times in most tests."""

    time_cost = 1
    memory_cost = 8
