"""Subscriptions: lists with their drawer, the page of one, usage lines, export. Mounted in all three panels."""
