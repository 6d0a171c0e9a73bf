"""Customers and resellers: lists, one page for each, and credit holds put and released by hand."""
