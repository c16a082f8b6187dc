"""What a run found and did, and how operators learn of it."""
