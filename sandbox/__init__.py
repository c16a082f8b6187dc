"""
AWS on a laptop: ministack, and a thin layer that adds what it lacks.

Start it with `python -m sandbox`, or from Python with `sandbox.process.start_sandbox`.
"""
