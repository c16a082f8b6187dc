"""What can keep a function from being run: one error, whose sentence names the remedy."""


class InvocationError(Exception):
    """The function could not be run; the sentence says why and what to do about it."""
