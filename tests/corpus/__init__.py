"""Thousands of real and broken mails over SMTP and back: `python -m tests.corpus` runs them all."""
