"""What a visitor said that drawings are, and the networks that were taught it.

The corrections are one list, kept on the visitor's desk; any network that reads digits can be taught it. A last layer
that came of it is kept beside it, so that the page reads with it after a reload before PyTorch is there.
"""

from __future__ import annotations

import base64
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from pointwise.card import taught_card
from pointwise.errors import DataError, PointwiseError
from pointwise.models import ARCHITECTURES
from pointwise.teaching.corrections import CLASSES, MOST, Correction, corrected, correction_from, lesson_key
from pointwise.ui.frame import desk
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.frame.sections import Kept

if TYPE_CHECKING:
    from pointwise.export.page_weights import Packed
    from pointwise.models import Network
    from pointwise.teaching.last_layer import FrozenNetwork, LastLayer

MOST_LAYERS, MOST_LETTERS = 6, 40_000  # that are kept, the latest; of one, as text
MOST_FROZEN = 16  # networks of which the server remembers what they make of the stored digits, two megabytes each
IN_USE = 600.0  # seconds after its last use, in which none is forgotten for one that nobody has corrected

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
_keeping, _lock, _one_by_one = threading.Lock(), threading.Lock(), threading.Lock()
_assorting: WeakSet[FrozenNetwork] = WeakSet()
_known: OrderedDict[Network, tuple[FrozenNetwork, float]] = OrderedDict()  # with the moment of its last use

log = logging.getLogger(__name__)


def teachable(arch: str) -> bool:
    """Whether there is something to teach, and networks of that kind can be taught it."""
    return bool(CORRECTIONS.get()) and ARCHITECTURES[arch].classifies


def add(correction: Correction) -> None:
    """Keep one more correction, in place of an earlier one of the same drawing."""
    _change(lambda lesson: corrected(lesson, correction))


def take_back(*gone: Correction) -> None:
    """Forget corrections."""
    _change(lambda lesson: tuple(one for one in lesson if one not in gone))


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
    from pointwise.teaching.last_layer import FrozenNetwork

    with _lock:
        one = _known[network][0] if network in _known else FrozenNetwork(network)
        _known[network] = one, time.monotonic()
        _known.move_to_end(network)
        while len(_known) > MOST_FROZEN:
            _known.popitem(last=False)
        return one


def prepare(network: Network) -> None:
    """Begin in the background what the first correction of a network would wait for.

    Not where that would make the server forget another network that was used a moment ago: in a crowd all would be
    prepared again and again. Raises ConfigError as ``taught`` does.
    """
    with _lock:
        full = len(_known) >= MOST_FROZEN and time.monotonic() - next(iter(_known.values()))[1] < IN_USE
        if network in _known or full:
            return
    one = frozen(network)
    threading.Thread(target=_prepared, args=(one,), name="pointwise-prepare", daemon=True).start()


def assort(one: FrozenNetwork) -> None:
    """Begin in the background what the first "none of these" would wait for, once."""
    with _lock:
        if one in _assorting:
            return
        _assorting.add(one)
    threading.Thread(target=lambda: one.assorted, name="pointwise-assort", daemon=True).start()


def _prepared(one: FrozenNetwork) -> None:
    try:
        with _one_by_one:
            one.prepare()
    except PointwiseError as error:
        log.warning("Nothing can be taught: %s", error)


def _kept_layer(key: str) -> bytes | None:
    text: Any = LAYERS.get().get(key)
    try:
        return None if text is None else base64.b64decode(text, validate=True)
    except ValueError:
        return None


def _change(change: Callable[[Lesson], Lesson]) -> None:
    """Change the corrections as they are on the desk: another tab of this visitor may have done so meanwhile."""
    with _keeping:
        CORRECTIONS.set(change(CORRECTIONS.latest()))
        desk.save()
