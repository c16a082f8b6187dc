"""When a site is in maintenance: the switch, the windows, the rule that combines them. Pure."""
