"""The provider's usage imports: files, parked sub-accounts, totals and the lines behind them."""
