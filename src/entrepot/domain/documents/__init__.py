"""Invoices and credit notes as people see them: PDF, wording and the answer to "why?"."""
