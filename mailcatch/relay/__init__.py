"""Relaying: from the mail that was taken to the next server of its way, every step on view."""
