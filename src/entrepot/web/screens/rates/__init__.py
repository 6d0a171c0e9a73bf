"""Exchange rates of the hub."""
