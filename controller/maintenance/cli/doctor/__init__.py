"""What a maintenance needs, checked before it is needed."""
