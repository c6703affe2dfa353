"""The part "Your own table": choose, look, train, compare, ask."""

from __future__ import annotations

from pointwise.ui import resources
from pointwise.ui.tables import source


def show() -> None:
    """The whole part. Raises PointwiseError for a choice that cannot be used."""
    table = source.choose()
    if table is None:
        return
    resources.wait()
    from pointwise.ui.tables import asking, training  # import torch: only now that there is a table

    source.preview(table)
    ready = training.prepared(table)
    training.train(table, ready)
    retraining = training.retraining_of(ready)
    if retraining is not None:
        training.compare(ready, retraining)
        asking.show(ready, retraining)
