"""The part of /regression that trains on a person's own table."""
