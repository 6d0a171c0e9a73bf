"""The provider's price lists: imports with preview, and the prices in force and scheduled."""
