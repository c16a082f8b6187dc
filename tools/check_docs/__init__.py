"""Check the docs: links, commands and generated tables."""
