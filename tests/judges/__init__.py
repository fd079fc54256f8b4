"""The judges of POP3 and IMAP: Debian's Dovecot hears the same words as we do, and other people's clients use us.

A dialogue is text (`imap/*.txt`, `pop3/*.txt`; script.py says what its lines mean). It is held with both servers; what
each answers is put into one form (normal.py: no free text, sorted flags, no times of the day) and compared. Where the
two differ, the dialogue says so and why, and the test holds exactly that.
"""
