"""The command line: what an operator types and reads. The Lambda function imports none of it."""
