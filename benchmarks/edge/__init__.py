"""What the edge function costs: each request, and a cold start."""
