"""Reads of billing: frozen rows, bounded, viewer first; one module per kind of object."""
