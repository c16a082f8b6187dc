"""One run of the engine that attaches Lambda@Edge: plan, apply, arm and keep house."""
