"""The SMTP door: takes everything a client may send, and keeps every byte and every line of the dialogue."""
