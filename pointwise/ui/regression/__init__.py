"""The page /regression: house prices, and a person's own table."""
