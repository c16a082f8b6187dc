"""A CloudFront edge: cache, viewer functions, origin requests."""
