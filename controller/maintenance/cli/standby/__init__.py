"""Attach the standby function, take it off, and compose it with a function of the owner."""
