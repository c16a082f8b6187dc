"""The stack: deployed, updated, packaged for other tools, and destroyed."""
