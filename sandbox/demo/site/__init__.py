"""The shop of the demo: a page, its API, a download, and their distribution."""
