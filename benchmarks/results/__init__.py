"""What was measured: as rows of the table, and as pictures."""
