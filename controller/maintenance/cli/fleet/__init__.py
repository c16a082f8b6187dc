"""The command `fleet`: one order for the sites of many accounts."""
