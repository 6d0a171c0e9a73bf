"""Vendor price lists: read a file, compare it with the catalogue, report; no database."""
