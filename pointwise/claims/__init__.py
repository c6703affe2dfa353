"""What people claim about 1×1 convolutions, each as an experiment that returns its numbers."""
