"""The layer in front of ministack: the control endpoint, the call log, faults and throttling."""
