"""Figures that more than one page shows."""
