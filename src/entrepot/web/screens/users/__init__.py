"""The people of an account: the own ones, and those of the accounts directly below."""
