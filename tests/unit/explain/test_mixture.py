"""A channel's map is the sum of what its input maps add, and the bias; the chain's own maps are the oracle."""

from __future__ import annotations

import pytest
import torch

from pointwise.explain.chain import Chain, Channel
from pointwise.explain.mixture import mixture
from pointwise.models import CLASSIFIERS
from tests.unit.explain.toys import IMAGE, network


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_the_parts_and_the_bias_are_every_map_before_its_activation(arch: str) -> None:
    chain = Chain.of(network(arch))
    used = chain.stages[1].channel(2)
    chain = chain.with_channel(1, 2, Channel(used.weights * -0.5, 0.3))  # a change counts, too
    trace = chain.run(IMAGE)
    for number, (stage, maps) in enumerate(zip(chain.stages, trace.maps, strict=True)):
        mixed = mixture(chain, trace, number, 2)
        added = mixed.parts.sum() if stage.flat else mixed.parts.sum(0)
        torch.testing.assert_close(
            (added + mixed.bias).expand(maps.before[2].shape), maps.before[2], rtol=1e-4, atol=1e-5
        )
        height, width = maps.before[2].shape
        at = mixed.at(height - 1, width // 2).sum() + mixed.bias
        torch.testing.assert_close(at, maps.before[2, height - 1, width // 2], rtol=1e-4, atol=1e-5)


def test_a_dense_layer_reads_the_maps_before_it() -> None:
    chain = Chain.of(network("conv_mlp"))
    trace = chain.run(IMAGE)
    mixed = mixture(chain, trace, 1, 0)
    assert torch.equal(mixed.inputs, trace.maps[0].after)
    assert mixed.kernels.shape == mixed.inputs.shape
    (drawing,) = mixture(Chain.of(network("mlp_1x1")), Chain.of(network("mlp_1x1")).run(IMAGE), 0, 0).inputs
    torch.testing.assert_close(drawing, torch.from_numpy(IMAGE) / 127.5 - 1)


def test_the_strongest_weight_keeps_its_sign() -> None:
    chain = Chain.of(network("nin"))
    mixed = mixture(chain, chain.run(IMAGE), 2, 1)
    for kernel, strongest in zip(mixed.kernels, mixed.strongest, strict=True):
        assert strongest.abs() == kernel.abs().max()
        assert (kernel == strongest).any()
