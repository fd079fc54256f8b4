"""The HTTP API held against its own document by schemathesis."""
