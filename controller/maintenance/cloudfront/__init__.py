"""What a distribution configuration contains, and how to change it byte for byte. Pure."""
