"""Takes CloudFront sites into maintenance and brings them back exactly as they were."""
