"""The tests. The suites are described in CONTRIBUTING.md."""
