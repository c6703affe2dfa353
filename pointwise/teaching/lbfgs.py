"""The least of a loss over a last layer's weights, by L-BFGS (Liu & Nocedal 1989)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def least(loss: Callable[[Values], tuple[float, Values]], start: Values, steps: int) -> Values:
    """Where ``loss``, a value and its slope at (N,), is least, from ``start`` in at most so many steps.

    One thread computes, whatever OMP_NUM_THREADS says: products so small take several times as long in two.
    """
    from scipy.optimize import minimize  # half a second

    with _libraries().limit(limits=1, user_api="blas"):
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps})
    return np.asarray(found.x)


@functools.cache
def _libraries() -> Any:
    """The process's BLAS libraries, NumPy's and SciPy's, which are loaded by then."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
