"""One run of the controller: observe, decide, plan, apply, report."""
