"""The path: five steps from one pixel to what people claim, each on the visitor's own drawing."""
