"""Ask advisory services whether a pinned dependency has a known vulnerability."""
