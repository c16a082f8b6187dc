"""on, off and extend: what is typed, what it would change, and the question before it."""
