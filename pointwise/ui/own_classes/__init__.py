"""The page /own_classes: name classes of your own, draw a few of each, and be read."""
