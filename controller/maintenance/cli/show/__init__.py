"""What a person reads of a site: status, plan, history, and the remedies of errors."""
