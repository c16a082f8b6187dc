"""The operator's command for the bypass link: its secret, what verifies it, and the link itself."""
