"""One run of the standby engine: write the store, publish the code, keep both in order."""
