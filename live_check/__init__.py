"""Ask a real AWS account what only it can answer, and clean up afterwards."""
