"""What a query means: its spellings, its AST, and the predicate that decides one message. DESIGN.md says why so."""
