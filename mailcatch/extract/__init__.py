"""What a test wants of a mail: its links, and its one-time code. Pure functions over decoded text, linear in it."""
