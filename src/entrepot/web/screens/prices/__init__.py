"""A seller's own prices and margins: the price manager."""
