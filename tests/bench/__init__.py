"""The numbers of docs/performance.md: `python -m tests.bench [PART…] [--write]`."""
