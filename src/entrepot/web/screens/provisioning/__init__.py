"""What happens at vendors: operations, what waits for people, connectors and drift."""
