"""A table of the user's own: read it, prepare it for a network, and compare with honest baselines."""

from pointwise.data.table.baselines import Score, baselines
from pointwise.data.table.columns import Column
from pointwise.data.table.prepare import Feature, Prepared, Rows, prepare
from pointwise.data.table.read import Table, load_sample, read_table

__all__ = [
    "Column",
    "Feature",
    "Prepared",
    "Rows",
    "Score",
    "Table",
    "baselines",
    "load_sample",
    "prepare",
    "read_table",
]
