"""Evidence for a class as a picture: in colour what each place adds to the logit, darker where there is ink."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pointwise.ui.frame.colours import Scale

INK = 0.4  # how much darker the colours are where there is ink


def coloured(terms: NDArray[np.float64], image: NDArray[np.uint8], scale: Scale) -> NDArray[np.uint8]:
    """Terms (h, w) in the colours of ``scale``, as large as a picture, (H, W) or in colour (C, H, W): (H, W, 3)."""
    grey = image if image.ndim == 2 else image.mean(axis=0)
    picture = scale.coloured(spread(terms, grey.shape[0])) * (1 - INK * grey[:, :, None] / 255.0)
    return picture.round().astype(np.uint8)


def spread(terms: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Terms (h, h) as large as a picture of ``side`` pixels, (side, side)."""
    nearest = np.arange(side) * terms.shape[0] // side
    return terms[nearest][:, nearest]
