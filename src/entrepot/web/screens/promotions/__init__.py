"""Promotions: what a seller promises, and who used it."""
