"""The throw-away site that is asked: its origin, its distribution, its functions."""
