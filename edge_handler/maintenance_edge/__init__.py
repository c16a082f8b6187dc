"""The parts of the maintenance function at the edge; its handler is `viewer_request.py`."""
