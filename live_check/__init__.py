"""The questions that only a live account can answer, asked of one; it cleans up after itself."""
