"""The engine that puts a Lambda@Edge function at viewer-request: which version, and its package."""
