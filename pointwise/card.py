"""One description of how a network was made and how good it is: what a weights file's header holds as its card.

``make_card`` makes it for every kind of training. Importing this module needs no torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar

from pointwise.data.catalogue import DATA_SETS, MOST_DRAWN, OWN
from pointwise.errors import ConfigError
from pointwise.intervals import Share, share_of_sample
from pointwise.visible_text import BLANK, one_line

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from pointwise.models import ModelConfig, Network

HOUSES, TABLE, STROKES = "houses", "table", "strokes"  # beside the names of DATA_SETS
PICTURES, COMPARISON, EXPERIMENT = "pictures", "comparison", "experiment"  # kinds of jobs, beside HOUSES and TABLE
PAINTING, LOADED = "painting", "loaded"  # kinds of runs that no job made
TRAINED_ON = (*DATA_SETS, OWN, HOUSES, TABLE, STROKES)
DIGITS = tuple("0123456789")  # the names of the classes of a network that reads digits
LONGEST_NAME = 40  # characters of a class's name
Card = Mapping[str, Any]  # JSON, as make_card makes it; {} for a network that nobody trained
Frozen = TypeVar("Frozen")


def make_card(
    recipe: DataclassInstance,
    data_set: str,
    data: str,
    metrics: Mapping[str, float],
    epochs: int,
    seconds: float,
    **more: Any,
) -> dict[str, Any]:
    """JSON: the Recipe, what was trained on, what was measured on held-out examples, how long it took, and where.

    ``data_set`` is one of TRAINED_ON, ``data`` the same in words. ``more`` may hold ``options`` of the data,
    ``precision`` (what the steps computed in), ``temperature``, ``classes``, ``held_out`` (how many pictures of
    somebody's own were measured on), ``preparation`` (how they were brought to their size), ``scaling``, ``target`` and
    ``columns``; what is None or {} is left out. Raises ConfigError for an unknown data set.
    """
    if data_set not in TRAINED_ON:
        raise ConfigError(f"There is no data set '{data_set}'. Choose one of {', '.join(TRAINED_ON)}.")
    written = asdict(recipe)
    return {
        "recipe": written,
        "seed": written["seed"],
        "data_set": data_set,
        "data": data,
        "metrics": dict(metrics),
        "epochs": epochs,
        "seconds": round(seconds, 1),
        **_machine(),
        **{name: value for name, value in more.items() if value not in (None, {})},
    }


def painted_card(pixels: int, seed: int, metrics: Mapping[str, float], seconds: float) -> dict[str, Any]:
    """JSON of a network that learned from so many painted pixels in ``seconds``: no recipe, and no epochs.

    ``metrics`` are on strokes held out, {} where there are too few.
    """
    facts = {"data_set": STROKES, "data": f"{pixels:,} painted pixels", "seed": seed}
    measured = {"metrics": dict(metrics)} if metrics else {}
    return {**facts, **measured, "seconds": round(seconds, 3), **_machine()}


def drawn_card(
    classes: Sequence[str], drawings: int, data: str, metrics: Mapping[str, float], temperature: float, seconds: float
) -> dict[str, Any]:
    """JSON of a network whose last layer learned somebody's own classes from drawings: no recipe, and no epochs.

    ``data`` says in words what it learned from, ``metrics`` are on all ``drawings``, left out in turn.
    """
    facts: dict[str, Any] = {"data_set": OWN, "data": data, "options": {"drawn": True}, "classes": list(classes)}
    facts["drawings"] = drawings
    measured = {"metrics": dict(metrics), "temperature": temperature}
    return {**facts, **measured, "seconds": round(seconds, 3), **_machine()}


def _machine() -> dict[str, Any]:
    import torch

    from pointwise import __version__

    return {
        "threads": torch.get_num_threads(),
        "versions": {"pointwise": __version__, "torch": str(torch.__version__)},
    }


def unmeasured(card: Card) -> dict[str, Any]:
    """What a card says of other weights of the same training: nothing of how good they are, nor of how long it took."""
    return {name: value for name, value in card.items() if name not in ("metrics", "temperature", "epochs", "seconds")}


def data_set_of(model: Network) -> str | None:
    """One of TRAINED_ON: what a network was trained on; None where its card does not say.

    Cards were once without ``data_set``. Then a price network is of a table where it has a target, else of houses. A
    classifier is MNIST's where its recipe can be no other's: one with made digits, or one older than made digits and
    with them the choice of data; but those that count epochs were made in the app, which had that choice earlier.
    """
    card = model.card
    if "data_set" in card:
        return card["data_set"] if card["data_set"] in TRAINED_ON else None
    if "imported" in card:
        return None
    if model.config.architecture.labels_pixels:
        return STROKES
    if not model.config.architecture.classifies:
        return TABLE if "target" in card else HOUSES
    recipe = card.get("recipe")
    is_mnists = isinstance(recipe, Mapping) and bool(recipe.get("made", 1)) and "epochs" not in card
    return "mnist" if is_mnists else None


def options_of(model: Network) -> dict[str, Any]:
    """How the data of a network differ from the whole data set as it is, or from the tutorial's houses."""
    options = model.card.get("options", {})
    return dict(options) if isinstance(options, Mapping) else {}


def learned_from(model: Network) -> str:
    """What a network learned from and how much of it, as its card says, a person's text; "" where it does not say.

    MNIST's cards are of the digits alone; those made of strokes that joined them are counted here, and drawings that
    somebody corrected.
    """
    words, taught = _learned_at_first(model), model.card.get("taught")
    if not words or not isinstance(taught, int):
        return words
    return f"{words}, and {taught:,} corrected drawing{'s' * (taught != 1)}"


def taught_card(card: Card, drawings: int) -> dict[str, Any]:
    """What a card says of a network whose last layer was taught so many corrected drawings, and not examined since."""
    kept = {"temperature": card["temperature"]} if "temperature" in card else {}
    return {**unmeasured(card), **kept, "taught": drawings}


def _learned_at_first(model: Network) -> str:
    words = str(model.card.get("data") or "")
    recipe = model.card.get("recipe")
    made = recipe.get("made") if isinstance(recipe, Mapping) else None
    if not (words and isinstance(made, int) and made and data_set_of(model) == "mnist") or "shuffled" in options_of(
        model
    ):
        return words
    return f"{words} and {made:,} made of strokes"


def own_held_out(card: Card) -> int | None:
    """How many of somebody's own pictures a card's accuracy is on, held out or left out in turn; None if unsaid."""
    count = card.get("held_out", card.get("drawings"))
    return count if isinstance(count, int) and count > 0 else None


def measured_share(model: Network) -> Share | None:
    """The accuracy on a network's card, on the test pictures of what it was trained on, with the interval of so many.

    None where the card has no accuracy, or does not say on what.
    """
    metrics, name = model.card.get("metrics"), data_set_of(model)
    accuracy = metrics.get("accuracy") if isinstance(metrics, Mapping) else None
    if not isinstance(accuracy, (int, float)) or not 0 <= accuracy <= 1:
        return None
    if name == OWN:
        own = own_held_out(model.card)
        return None if own is None else share_of_sample(accuracy, own)
    if name not in DATA_SETS:
        return None
    count, asked = DATA_SETS[name].test, options_of(model).get("few_held_out")
    count = min(count, asked) if isinstance(asked, int) and asked > 0 else count
    return share_of_sample(accuracy, count)


def reads_digits(model: Network) -> bool:
    """Whether a network reads drawings: its shapes are those of digits, and its card names no other pictures."""
    config = model.config
    if (config.input_channels, config.image_size, config.num_classes) != (1, 28, 10):
        return False
    name = data_set_of(model)
    unsaid = name is None and "data_set" not in model.card
    if name == OWN:
        return bool(options_of(model).get("digits"))
    return unsaid or (name in DATA_SETS and DATA_SETS[name].digits and "shuffled" not in options_of(model))


def reads_drawings(model: Network) -> bool:
    """Whether a network reads what is drawn: digits, or classes of somebody's own that were drawn as examples."""
    config, options = model.config, options_of(model)
    drawn = data_set_of(model) == OWN and bool(options.get("drawn"))
    fits = config.architecture.classifies and (config.input_channels, config.image_size) == (1, 28)
    fits = fits and 2 <= config.num_classes <= MOST_DRAWN
    return reads_digits(model) or (drawn and fits)


def class_names(card: Card, config: ModelConfig) -> tuple[str, ...]:
    """What a classifier's classes are called, in the order of its logits, each otherwise and in one line.

    They are the names on the network's card; where none stand there, or not as many as classes, those of its data set;
    else numbers from 0, which are the digits for a network that reads digits.
    """
    named = card.get("classes")
    if not isinstance(named, (list, tuple)) or len(named) != config.num_classes:
        data_set = card.get("data_set")
        named = DATA_SETS[data_set].classes if isinstance(data_set, str) and data_set in DATA_SETS else ()
        if len(named) != config.num_classes:
            return tuple(map(str, range(config.num_classes)))
    names = [one_line(one, LONGEST_NAME) or BLANK for one in named]
    return tuple(f"{name} ({number})" if names.count(name) > 1 else name for number, name in enumerate(names, 1))


def rebuilt(kind: type[Frozen], values: Any) -> Frozen:
    """A frozen dataclass from the JSON that ``asdict`` made of it.

    Raises ConfigError for unknown settings, TypeError or ValueError for what is no JSON object of settings.
    """
    values = dict(values)
    unknown = set(values) - {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if unknown:
        raise ConfigError(f"It has unknown settings: {', '.join(sorted(unknown))}.")
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})
