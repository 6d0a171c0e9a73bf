"""The provider's billing: runs by day, one run, what was not billed, rehearsals, and the jobs behind them."""
