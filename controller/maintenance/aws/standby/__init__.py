"""The standby engine's key-value store and function, and the signature of calls to the store."""
