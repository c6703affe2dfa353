"""A table of the user's own: read it, and prepare it for a network."""

from pointwise.data.table.columns import Column
from pointwise.data.table.encoding import Columns, Feature
from pointwise.data.table.prepare import Prepared, Rows, fitting, inputs_of, prepare
from pointwise.data.table.read import Table, load_sample, read_rows, read_table

__all__ = [
    "Column",
    "Columns",
    "Feature",
    "Prepared",
    "Rows",
    "Table",
    "fitting",
    "inputs_of",
    "load_sample",
    "prepare",
    "read_rows",
    "read_table",
]
