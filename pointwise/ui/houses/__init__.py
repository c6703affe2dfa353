"""The page of house prices: sliders, the price and its parts, and what a network's whole answer looks like."""
