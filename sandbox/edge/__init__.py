"""A CloudFront edge: cache, edge functions, requests to origins."""
