"""Patches of Step Functions."""
