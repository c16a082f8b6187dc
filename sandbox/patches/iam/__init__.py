"""Patches of IAM."""
