"""Ways in which a test waits for a mail in vain: what is explained first, and in which words."""
