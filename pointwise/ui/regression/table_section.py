"""The part "Your own table": choose, look, train, compare, ask."""

from __future__ import annotations

from pointwise.ui.frame import startup
from pointwise.ui.regression import table_source


def show() -> None:
    """The whole part. Raises PointwiseError for a choice that cannot be used."""
    table = table_source.choose()
    if table is None:
        return
    startup.wait()
    from pointwise.ui.regression import (
        table_asking,
        table_training,  # import torch: only now that there is a table
    )

    table_source.preview(table)
    ready = table_training.prepared(table)
    table_training.train(table, ready)
    retraining = table_training.retraining_of(ready)
    if retraining is not None:
        table_training.compare(ready, retraining)
        table_asking.show(ready, retraining)
