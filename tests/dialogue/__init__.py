"""Dialogues that read like the examples of an RFC, held with a real server over a real socket."""
