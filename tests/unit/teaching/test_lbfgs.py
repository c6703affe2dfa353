"""The least of a loss: found by one thread, whatever the process has."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize  # noqa: F401  (so that its BLAS is among those that are limited)
from threadpoolctl import threadpool_info, threadpool_limits

from pointwise.teaching.lbfgs import Values, least


def blas_threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_it_finds_the_least() -> None:
    lowest = np.array([1.0, -2.0, 3.0])
    found = least(lambda at: (float(((at - lowest) ** 2).sum()), 2 * (at - lowest)), np.zeros(3), 50)
    assert found == pytest.approx(lowest, abs=1e-4)


def test_one_thread_computes_and_afterwards_there_are_as_many_as_before() -> None:
    during: list[set[int]] = []

    def loss(at: Values) -> tuple[float, Values]:
        during.append(blas_threads())
        return float(at @ at), 2 * at

    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        least(loss, np.ones(2), 5)
        assert blas_threads() == before
    assert during
    assert set.union(*during) == {1}
