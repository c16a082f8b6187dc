"""A small shop to put into maintenance: a page, its API, a download, and their distribution."""
