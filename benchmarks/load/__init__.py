"""What holds when much comes at once: large fleets, many windows, many events, many visitors."""
