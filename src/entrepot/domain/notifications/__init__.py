"""Messages to people: what was written to whom, in whose name and words, and whether the mail server took it."""
