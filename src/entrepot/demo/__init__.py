"""The demo world: invented companies whose first half of 2026 the real engine bills day by day (docs/demo.md)."""
