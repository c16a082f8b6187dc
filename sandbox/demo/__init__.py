"""Demonstrates the product on one machine: a site goes into maintenance, and comes back."""
