"""What several suites share: the real process, and clients that hide nothing."""
