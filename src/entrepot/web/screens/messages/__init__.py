"""Messages: the log, one message, the words of sellers, additional recipients."""
