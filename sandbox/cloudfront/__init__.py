"""CloudFront's rules for distributions: what it refuses and fills in, and how changes propagate."""
