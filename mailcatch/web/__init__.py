"""The HTTP door: the API, the live event log, and the web inbox."""
