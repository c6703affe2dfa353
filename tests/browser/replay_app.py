"""A page of its own for test_replay.py: small runs, a snapshot after every epoch, and their replay."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pointwise.data.digits import load_bundled
from pointwise.data.housing import HouseOptions
from pointwise.explain.replay import Snapshots
from pointwise.inference import predict_price
from pointwise.jobs import HouseJob, Job, PictureJob, Pictures
from pointwise.models import ModelConfig, default_config
from pointwise.training.recipes import Recipe
from pointwise.ui.frame import labels
from pointwise.ui.runs import replay
from pointwise.weights import model_from

HOUSE = (2_500.0, 4.0)
PLAYER = replay.Player("replay")


@st.cache_resource
def trained(kind: str) -> tuple[Job, dict, Snapshots]:
    job: Job
    if kind == "houses":
        job = HouseJob(default_config("price_1x1"), Recipe("test", 12, standardise=True), HouseOptions())
    else:
        config = ModelConfig("nin", widths=(4, 6, 8))
        job = PictureJob(config, Recipe("test", 12, 250, learning_rate=6e-3), Pictures("digits"))
    ends = [(step.number, step.epoch) for step in job.steps() if getattr(step, "epoch", None)]
    return job, ends[-1][1].card, [(number, epoch.weights) for number, epoch in ends]


def chosen() -> None:
    st.session_state.told = st.session_state.replay.snapshot


st.set_page_config(layout="wide")
kind = st.query_params.get("kind", "digits")
job, card, snapshots = trained(kind)
if kind == "houses":
    model = model_from(job.config, snapshots[-1][1], card)
    st.write("In the end", labels.escaped(labels.dollars(predict_price(model, *HOUSE))))
    replay.show_prices(PLAYER, job.config, card, snapshots, HOUSE)
else:
    told = replay.Player("replay", 100, 2, chosen) if kind == "told" else PLAYER
    image = np.zeros((28, 28), np.uint8) if kind == "blank" else load_bundled()[1].images[0].numpy()
    replay.show_drawing(told, job.config, card, snapshots, image)
    st.button("Once more")
    st.write(f"Told: {st.session_state.get('told')}")
