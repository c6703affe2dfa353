"""A table on its way into a network."""

import numpy as np
import pandas as pd
import pytest
import torch

from pointwise.data.table import Prepared, Table, prepare, read_table
from pointwise.errors import DataError

TOWNS = ["Ulm"] * 5 + ["Bonn"] * 3 + ["Jena"] * 2


def table(n: int = 100, **columns: object) -> Table:
    """price = 3·size + 100 in Bonn; columns may be replaced or added."""
    size = np.arange(n, dtype=float)
    town = np.array([TOWNS[i % 10] for i in range(n)])
    frame = pd.DataFrame({"size": size, "town": town, "price": 3 * size + 100 * (town == "Bonn")} | columns)
    return read_table(frame.to_csv(index=False).encode(), "toy.csv")


def encoded(prepared: Prepared, values: dict[str, object]) -> torch.Tensor:
    """A row's inputs, (1, F)."""
    return torch.from_numpy(prepared.columns.encode(prepared.columns.row(values)))


def test_split_is_80_to_20_without_overlap_and_the_same_for_a_seed() -> None:
    first, again, other = (prepare(table(), "price", ["size"], seed=seed) for seed in (0, 0, 1))
    assert (len(first.training), len(first.held_out)) == (80, 20)
    together = torch.cat([first.training.targets, first.held_out.targets])
    assert sorted(together.tolist()) == sorted(table().frame["price"])
    assert torch.equal(first.held_out.targets, again.held_out.targets)
    assert not torch.equal(first.held_out.targets, other.held_out.targets)


def test_inputs_are_1x1_pictures_with_standardised_targets() -> None:
    prepared = prepare(table(), "price")
    inputs, targets = prepared.training.batch(slice(None))
    assert (inputs.dtype, inputs.shape) == (torch.float32, (80, 4, 1, 1))
    assert (targets.dtype, targets.shape) == (torch.float32, (80, 1))
    assert float(targets.std(correction=0)) == pytest.approx(1)
    assert prepared.training.target_scale == pytest.approx(float(prepared.training.targets.std(correction=0)))
    assert prepared.columns.owners == ("size", "town", "town", "town")


def test_everything_is_fitted_on_the_training_rows_alone() -> None:
    prepared = prepare(table(), "price")
    size = prepared.training.inputs[:, 0]
    assert (float(size.mean()), float(size.std(correction=0))) == (pytest.approx(0, abs=1e-6), pytest.approx(1))
    assert float(prepared.held_out.inputs[:, 0].mean()) != pytest.approx(0, abs=1e-3)
    assert prepared.scaling.mean == pytest.approx(float(prepared.training.targets.mean()))


def test_levels_become_zeros_and_ones() -> None:
    prepared = prepare(table(), "price", ["town"])
    assert prepared.training.inputs.unique().tolist() == [0.0, 1.0]
    assert (prepared.training.inputs.sum(dim=1) == 1).all()


def test_missing_numbers_become_the_training_rows_median() -> None:
    size = [None if i < 10 else float(i) for i in range(100)]
    prepared = prepare(table(size=size), "price", ["size"])
    rows = prepared.training.inputs[:, 0]
    median = float(encoded(prepared, {"size": prepared.features[0].start}))
    assert (rows.isclose(torch.tensor(median))).sum() >= 5
    assert any(
        note.startswith("10 missing values of 'size' became the training rows' median") for note in prepared.notes
    )


def test_missing_texts_become_a_level_of_their_own() -> None:
    prepared = prepare(table(town=[None if i % 4 == 0 else TOWNS[i % 10] for i in range(100)]), "price")
    assert "missing" in prepared.features[1].levels
    assert "25 missing values of 'town' became the level 'missing'." in prepared.notes


def test_rows_without_a_target_are_left_out() -> None:
    prepared = prepare(table(price=[None if i < 30 else float(i) for i in range(100)]), "price")
    assert len(prepared.training) + len(prepared.held_out) == 70
    assert "30 rows without a value of 'price' are left out." in prepared.notes


def test_rare_levels_share_one_input() -> None:
    towns = [f"town {i % 10}" if i % 3 else f"hamlet {i % 30}" for i in range(300)]
    prepared = prepare(table(300, town=towns), "price")
    levels = prepared.features[1].levels
    assert prepared.columns.owners.count("town") == len(levels) == 12
    assert levels[-1] == "any other"
    assert any("rarest levels of 'town' count as one" in note for note in prepared.notes)
    rare, unknown = (encoded(prepared, {"town": town}) for town in ("any other", "never seen"))
    assert torch.equal(rare, unknown)


def test_features_tell_what_a_slider_needs() -> None:
    size, town = prepare(table(), "price").features
    training = prepare(table(), "price", ["size"]).training
    assert (size.kind, size.whole) == ("number", True)
    assert 0 <= size.minimum < size.start < size.maximum <= 99
    assert (town.kind, town.start, town.levels) == ("category", "Ulm", ("Ulm", "Bonn", "Jena"))
    assert len(training) == 80


def row_of(prepared: Prepared, index: int, source: Table) -> dict[str, float | str]:
    match = source.frame[source.frame["price"] == float(prepared.held_out.targets[index])].iloc[0]
    return {feature.name: match[feature.name] for feature in prepared.features}


def test_row_of_ones_own_is_encoded_as_the_tables_rows_are() -> None:
    source = table(price=[float(i) for i in range(100)])
    prepared = prepare(source, "price")
    for index in range(5):
        assert torch.equal(encoded(prepared, row_of(prepared, index, source))[0], prepared.held_out.inputs[index])


def test_what_is_not_named_is_as_usual() -> None:
    prepared = prepare(table(), "price")
    assert torch.equal(encoded(prepared, {}), encoded(prepared, prepared.columns.start()))


@pytest.mark.parametrize("value", ["large", float("nan"), float("inf"), 1e300])
def test_value_of_the_wrong_kind_is_refused(value: object) -> None:
    with pytest.raises(DataError, match="is no value for 'size'"):
        encoded(prepare(table(), "price"), {"size": value})


REFUSED = {
    "unknown target": (table(), "cost", ["size"], "has no column 'cost'"),
    "unknown feature": (table(), "price", ["cellar"], "has no column 'cellar'"),
    "text target": (table(), "town", ["size"], "only numbers can be predicted"),
    "no features": (table(), "price", [], "No column is chosen"),
    "target learned from": (table(), "price", ["size", "price"], "'price' is what is to be predicted"),
    "constant target": (table(flat=[7.0] * 100), "flat", ["size"], "'flat' is 7 in every row"),
    "target all missing": (table(gone=[None] * 100), "gone", ["size"], "Fewer than 20 rows, 0, have"),
    "target nearly missing": (
        table(thin=[float(i) if i < 10 else None for i in range(100)]),
        "thin",
        ["size"],
        "Fewer than 20 rows, 10, have a value of 'thin'",
    ),
    "target constant but for a held-out row": (
        table(rare=[float(i == 26) for i in range(100)]),
        "rare",
        ["size"],
        "'rare' is 0 in every training row",
    ),
    "left out": (table(name=[f"name {i}" for i in range(100)]), "price", ["name"], "'name' cannot be used"),
    "constant where the target is": (
        table(price=[None if i < 50 else float(i) for i in range(100)], old=[float(i < 50) for i in range(100)]),
        "price",
        ["old"],
        "None of the chosen columns varies",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_choice_that_cannot_be_learned_is_refused_in_plain_words(case: str) -> None:
    source, target, features, words = REFUSED[case]
    with pytest.raises(DataError) as refusal:
        prepare(source, target, features)
    assert words in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_all_usable_columns_are_learned_from_unless_named() -> None:
    prepared = prepare(table(name=[f"name {i}" for i in range(100)]), "price")
    assert [feature.name for feature in prepared.features] == ["size", "town"]


def test_column_that_does_not_vary_among_the_rows_used_is_left_out() -> None:
    source = table(price=[None if i < 50 else float(i) for i in range(100)], old=[float(i < 50) for i in range(100)])
    prepared = prepare(source, "price")
    assert [feature.name for feature in prepared.features] == ["size", "town"]
    assert "'old' is left out: it holds a single value in the training rows." in prepared.notes


def test_column_missing_in_some_training_rows_alone_is_no_trouble() -> None:
    prepared = prepare(table(24, thin=[1.0, 2.0, 3.0] + [None] * 21), "price")
    assert torch.isfinite(prepared.held_out.inputs).all()
