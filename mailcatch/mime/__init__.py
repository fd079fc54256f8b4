"""Reading mail: from raw bytes to structure, summary and text. Nothing here raises, whatever the bytes are."""
