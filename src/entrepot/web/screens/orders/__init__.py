"""Orders: lists, one page for each, and what people do with them."""
