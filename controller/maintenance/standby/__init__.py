"""The standby engine: what its key-value store and its function hold."""
