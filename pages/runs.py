"""Your runs: every training and painting that was kept, curves, replays, what differs, and files in and out."""

import streamlit as st

from pointwise.ui.frame import navigation

navigation.guard()

from pointwise.ui.frame import glossary  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.frame.sections import section, shown_errors  # noqa: E402
from pointwise.ui.runs import deleted_runs, loading, room, runs_table  # noqa: E402

st.title("Your runs")
glossary.write(
    "Every training is kept as it goes: its curve, its weights, and [[snapshots|snapshot]] of the way there; and so is "
    "every picture that you paint on. Look at one again, replay how it learned, or lay several over one another."
)

with shown_errors():
    deleted_runs.undo()
    runs_table.show()


@section(runs_table.PART)
def chosen() -> None:
    from pointwise.ui.runs import run_comparison, run_curves, run_details, run_views

    records = runs_table.chosen()
    if len(records) == 1:
        run_details.head(records[0])
    elif len(records) > 1:
        run_details.several(records)
    if records:
        run_curves.show(records)
    if len(records) == 1:
        run_views.show(records[0])
    elif len(records) == 2:
        run_comparison.show(*records)


chosen()
with shown_errors():
    loading.show()
    deleted_runs.show()
    room.show()
