"""What the controller and its command take."""
