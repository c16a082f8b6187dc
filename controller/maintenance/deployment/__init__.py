"""Deploying and removing a stack from the command line. The Lambda package has none of it."""
