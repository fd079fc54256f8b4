"""What a query means: its text and its AST, and the predicate that decides one message."""
