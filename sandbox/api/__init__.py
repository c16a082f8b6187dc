"""The layer in front of the emulator: which operation a request calls, faults, throttling."""
