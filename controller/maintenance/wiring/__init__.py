"""What each engine is made of; only the one that a stack has is imported."""
