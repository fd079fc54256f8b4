"""Our reading of real mail against the standard library's compat32 parser: `python -m tests.oracle` runs all of it."""
