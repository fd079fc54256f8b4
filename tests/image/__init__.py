"""The Dockerfile without an engine: `python -m tests.image` (root, Debian's debootstrap) replays it in a clean root."""
