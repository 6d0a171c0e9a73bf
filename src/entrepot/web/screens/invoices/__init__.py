"""Invoices and credit notes: lists, pages with "Why this amount?", PDF and CSV. Mounted in all three panels."""
