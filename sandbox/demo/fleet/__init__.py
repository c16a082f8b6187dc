"""The demo of a fleet: `make demo-fleet`."""
