"""What makes ministack behave like AWS where it differs: one module a service; see the README."""
