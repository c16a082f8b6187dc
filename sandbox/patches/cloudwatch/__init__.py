"""Patches of CloudWatch: metrics and alarms."""
