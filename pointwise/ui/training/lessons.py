"""What a visitor said that drawings are, and the networks that were taught it.

The corrections are one list, kept on the visitor's desk; any network that reads digits can be taught it. A last layer
that came of it is kept beside it, so that the page reads with it after a reload before PyTorch is there.
"""

from __future__ import annotations

import base64
import functools
import logging
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pointwise.card import taught_card
from pointwise.errors import DataError, LibraryError, PointwiseError
from pointwise.models import ARCHITECTURES
from pointwise.teaching.corrections import CLASSES, MOST, Correction, corrected, correction_from, lesson_key
from pointwise.ui.frame import desk, visitor
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.frame.sections import Kept

if TYPE_CHECKING:
    from pointwise.export.page_weights import Packed
    from pointwise.models import Network
    from pointwise.teaching.last_layer import FrozenNetwork, LastLayer

MOST_LAYERS, MOST_LETTERS = 6, 40_000  # that are kept, the latest; of one, as text
MOST_FROZEN = 6  # networks of which the server remembers what they make of the stored digits

Lesson = tuple[Correction, ...]
CORRECTIONS: Lasting[Lesson] = Lasting(
    "lessons.corrections",
    (),
    dump=lambda lesson: [one.to_json() for one in lesson],
    load=lambda raw: tuple(correction_from(one) for one in list(raw)[-MOST:]),
)
LAYERS: Lasting[Mapping[str, str]] = Lasting(
    "lessons.layers", {}, load=lambda raw: {str(key): str(text)[:MOST_LETTERS] for key, text in dict(raw).items()}
)
NETWORKS: Kept[Mapping[str, tuple[Network, Lesson, Network]]] = Kept("lessons.networks", {})  # by architecture
_lock = threading.Lock()

log = logging.getLogger(__name__)


def teachable(arch: str) -> bool:
    """Whether there is something to teach, and networks of that kind can be taught it."""
    return bool(CORRECTIONS.get()) and ARCHITECTURES[arch].classifies


def add(correction: Correction) -> None:
    """Keep one more correction, in place of an earlier one of the same drawing."""
    _keep(corrected(_latest(), correction))


def take_back(*gone: Correction) -> None:
    """Forget corrections."""
    _keep(tuple(one for one in _latest() if one not in gone))


def amount() -> str:
    """How much there is to teach: "1 drawing", "3 drawings"."""
    count = len(CORRECTIONS.get())
    return "1 drawing" if count == 1 else f"{count} drawings"


def taught(base: Network) -> Network:
    """The network that comes of teaching ``base`` all corrections, the same object until they change.

    Raises ConfigError for a network that reads no digits, DataError where the stored digits are missing.
    """
    from pointwise.teaching.last_layer import with_last_layer

    arch, lesson, known = base.config.arch, CORRECTIONS.get(), NETWORKS.get()
    if arch in known and known[arch][0] is base and known[arch][1] is lesson:
        return known[arch][2]
    network = with_last_layer(base, taught_layer(base), taught_card(base.card, len(lesson)))
    NETWORKS.set({**known, arch: (base, lesson, network)})
    return network


def taught_layer(base: Network) -> LastLayer:
    """The last layer that comes of teaching ``base`` all corrections. Raises as ``taught`` does."""
    from pointwise.teaching.fitting import teach
    from pointwise.teaching.last_layer import LastLayer

    before, lesson = LastLayer.of(base), CORRECTIONS.get()
    key = lesson_key(before.to_bytes(), lesson)
    if (known := _kept_layer(key)) is not None:
        try:
            layer = LastLayer.from_bytes(known, CLASSES)
            if layer.weights.shape == before.weights.shape:
                return layer
        except DataError as error:
            log.warning("A layer that was kept is not used: %s", error)
    layer = teach(frozen(base), lesson).layer
    text = base64.b64encode(layer.to_bytes()).decode()
    if len(text) <= MOST_LETTERS:
        others = [(name, other) for name, other in LAYERS.get().items() if name != key]
        LAYERS.set(dict([*others[1 - MOST_LAYERS :], (key, text)]))
    return layer


def taught_packed(packed: Packed | None) -> Packed | None:
    """A network for the page with the last layer that was kept of it, without torch; unchanged where there is none."""
    layer = packed and _kept_layer(lesson_key(packed.last_layer, CORRECTIONS.get()))
    if packed is None or layer is None or len(layer) != len(packed.last_layer):
        return packed
    return packed.with_last_layer(layer)


def frozen(network: Network) -> FrozenNetwork:
    """The network up to its last layer, one for all visitors who use it. Raises ConfigError as ``taught`` does."""
    with _lock:
        return _frozen(network)


def prepare(network: Network) -> None:
    """Begin in the background what the first correction of a network would wait for."""
    one = frozen(network)
    with _lock:
        _preparing(one)


@functools.lru_cache(MOST_FROZEN)
def _preparing(one: FrozenNetwork) -> threading.Thread:
    thread = threading.Thread(target=_prepared, args=(one,), name="pointwise-prepare", daemon=True)
    thread.start()
    return thread


def _prepared(one: FrozenNetwork) -> None:
    try:
        one.prepare()
    except PointwiseError as error:
        log.warning("Nothing can be taught: %s", error)


@functools.lru_cache(MOST_FROZEN)
def _frozen(network: Network) -> FrozenNetwork:
    from pointwise.teaching.last_layer import FrozenNetwork

    return FrozenNetwork(network)


def _kept_layer(key: str) -> bytes | None:
    text: Any = LAYERS.get().get(key)
    try:
        return None if text is None else base64.b64decode(text, validate=True)
    except ValueError:
        return None


def _latest() -> Lesson:
    """The corrections with those that another tab of this visitor has added meanwhile."""
    try:
        raw = visitor.shelf().desk().get(CORRECTIONS.key)
        return CORRECTIONS.get() if raw is None else CORRECTIONS.load(raw)
    except (LibraryError, DataError, ValueError, TypeError):
        return CORRECTIONS.get()


def _keep(lesson: Lesson) -> None:
    CORRECTIONS.set(lesson)
    desk.save()
