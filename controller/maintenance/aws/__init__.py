"""Adapters: each module calls one AWS service, and turns its errors into the controller's own."""
