"""Networks taken elsewhere: as programs, and as bytes that a page evaluates."""
