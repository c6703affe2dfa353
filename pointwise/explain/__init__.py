"""Exact statements about a model: what each part of a network adds to its answer."""
