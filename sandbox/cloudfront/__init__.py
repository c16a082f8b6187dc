"""CloudFront's rules for distributions: what it refuses, fills in, and how a change propagates."""
