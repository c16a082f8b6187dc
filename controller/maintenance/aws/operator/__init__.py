"""Adapters that only the command uses; the Lambda function never imports them."""
