"""Patches of EventBridge and EventBridge Scheduler."""
