"""The product shown on one machine: a real site, taken into maintenance and brought back."""
