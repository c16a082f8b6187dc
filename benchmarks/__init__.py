"""What the product costs, measured side by side with the floor and with what people use instead."""
