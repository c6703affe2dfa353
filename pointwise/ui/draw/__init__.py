"""The page /: draw a digit and see it read."""
