"""Code with one safety rule taken out, which its tests must notice: `python -m tests.mutants`."""
