"""A table of the user's own: read it, and prepare it for a network."""

from pointwise.data.table.columns import Column
from pointwise.data.table.prepare import Feature, Prepared, Rows, prepare
from pointwise.data.table.read import Table, load_sample, read_table

__all__ = [
    "Column",
    "Feature",
    "Prepared",
    "Rows",
    "Table",
    "load_sample",
    "prepare",
    "read_table",
]
