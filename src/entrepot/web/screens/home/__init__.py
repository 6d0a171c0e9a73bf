"""The home pages of the three panels: figures come from `flows.home`, words and drawings from here."""
