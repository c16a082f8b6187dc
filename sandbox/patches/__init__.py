"""What makes ministack behave like AWS where it differs; the README has a table."""
