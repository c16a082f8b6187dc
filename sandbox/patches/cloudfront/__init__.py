"""Patches of CloudFront: distributions, functions and key-value stores."""
