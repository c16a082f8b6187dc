"""The screens of the docs, as the command prints them against the sandbox."""
