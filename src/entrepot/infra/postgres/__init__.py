"""The database server: our own launcher over packaged PostgreSQL programs, and where its settings
come from.
"""
