"""Template libraries `ui` (components' helpers) and `ui_money` (numbers, money and dates)."""
