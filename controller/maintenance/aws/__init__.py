"""Adapters: one module for each AWS service that the controller calls."""
