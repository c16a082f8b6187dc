"""
AWS on a laptop: ministack, and a layer of patches that makes it behave like AWS.

Start it with `python -m sandbox`, or from Python with `sandbox.process.start_sandbox`.
"""
