"""The page /why_1x1: claims about 1×1 convolutions, each guessed, measured and judged."""
