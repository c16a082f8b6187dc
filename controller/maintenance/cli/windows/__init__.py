"""The windows: shown as a timeline, set, skipped and removed, and as a calendar file."""
