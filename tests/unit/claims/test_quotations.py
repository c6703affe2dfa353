"""The claims as plain data: what the pages of claims rely on."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from pointwise.claims.quotations import CLAIMS, NAMES, Claim, claim_named

VERDICTS = {"true", "sometimes", "it depends", "no"}


def test_the_names_are_those_of_the_addresses() -> None:
    assert NAMES == (
        "Dense layer",
        "Parameters",
        "Speed",
        "Shape",
        "Any size",
        "Activations",
        "Bottlenecks",
        "Depthwise",
        "Structured data",
        "Regularising",
        "Network in Network",
    )


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_a_quotation_says_where_it_can_be_read(claim: Claim) -> None:
    assert claim.verdict in VERDICTS
    assert claim.quoted == bool(claim.address)
    if claim.quoted:
        assert re.fullmatch(r"[a-z0-9.-]+\.[a-z]+/[\w./-]+", claim.address)


def test_a_claim_is_found_by_its_name() -> None:
    assert claim_named("Shape").verdict == "true"
    with pytest.raises(KeyError):
        claim_named("shape")


def test_the_claims_are_there_before_torch() -> None:
    code = "import sys, pointwise.claims.quotations; assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
