"""What happens, told to people: facts from events, messages from facts, mails from messages."""
