"""Plans as a seller shows them, the provider's catalogue behind them, and sales categories."""
