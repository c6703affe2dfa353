"""Colours of up to 20 classes, those of the first seven told apart by all kinds of colour vision (Okabe and Ito's).

So many more cannot be: the page shows each class's number beside its colour, and hatches the later ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_NAMED = {
    "orange": "#e69f00",
    "sky blue": "#56b4e9",
    "green": "#009e73",
    "yellow": "#f0e442",
    "blue": "#0072b2",
    "vermilion": "#d55e00",
    "pink": "#cc79a7",
    "grey": "#b4b4b4",
    "indigo": "#332288",
    "teal": "#44aa99",
    "rose": "#cc6677",
    "sand": "#ddcc77",
    "dark green": "#117733",
    "purple": "#aa4499",
    "cyan": "#88ccee",
    "olive": "#999933",
    "wine": "#882255",
    "brown": "#661100",
    "steel blue": "#6699cc",
    "black": "#222222",
}
NAMES, COLOURS = tuple(_NAMED), tuple(_NAMED.values())
PLAIN = 8  # classes whose colours stand for themselves; later ones are hatched


def rgb() -> NDArray[np.uint8]:
    """The colours as uint8 (21, 3): row n is that of class n, and row 0, where there is none, black."""
    rows = [(0, 0, 0), *(tuple(bytes.fromhex(colour[1:])) for colour in COLOURS)]
    return np.array(rows, np.uint8)
