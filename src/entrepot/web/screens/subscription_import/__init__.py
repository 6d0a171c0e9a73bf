"""Import of running subscriptions: upload, check, import."""
