"""The claim that 1×1 convolutions have fewer parameters: exact counts, and what they are held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BYTES = 4  # of a float32


@dataclass(frozen=True)
class Size:
    """What one layer costs for one picture."""

    name: str
    parameters: int
    multiply_adds: int  # biases are not counted
    activations: int  # bytes of all maps that it makes


@dataclass(frozen=True)
class Conv:
    """A convolution that keeps the picture's height and width, without bias."""

    kernel: int
    inputs: int
    outputs: int

    @property
    def weights(self) -> int:
        return self.kernel**2 * self.inputs * self.outputs


def layers(height: int, width: int, inputs: int, outputs: int) -> list[Size]:
    """Four layers from (inputs, H, W) to (outputs, H, W), with biases; on a 1×1 picture the first two are the same."""
    pixels = height * width
    memory = BYTES * pixels * outputs
    dense = (pixels * inputs) * (pixels * outputs)
    return [
        Size("1×1 convolution", inputs * outputs + outputs, pixels * inputs * outputs, memory),
        Size("Dense on all pixels", dense + pixels * outputs, dense, memory),
        Size("3×3 convolution", 9 * inputs * outputs + outputs, 9 * pixels * inputs * outputs, memory),
        Size(
            "Depthwise 3×3, then 1×1",
            9 * inputs + inputs + inputs * outputs + outputs,
            pixels * inputs * (9 + outputs),
            memory + BYTES * pixels * inputs,
        ),
    ]


@dataclass(frozen=True)
class Block:
    """Convolutions one after another on a picture of ``side`` × ``side`` pixels."""

    name: str
    convolutions: tuple[Conv, ...]
    side: int

    @property
    def weights(self) -> int:
        return sum(conv.weights for conv in self.convolutions)

    @property
    def multiply_adds(self) -> int:
        return self.weights * self.side**2


# GoogLeNet's inception (3a), Szegedy et al. 2014, arXiv:1409.4842, table 1: 192 channels in, 28 × 28,
# 5×5 branch reduced to 16 channels, 32 out. With the other branches
# it comes to the table's totals, 159K (of 1,024) weights and 128M operations.
INCEPTION = (
    Block("5×5 alone", (Conv(5, 192, 32),), 28),
    Block("1×1 to 16 channels, then 5×5", (Conv(1, 192, 16), Conv(5, 16, 32)), 28),
)
INCEPTION_3A = Block(
    "All of inception (3a)",
    (Conv(1, 192, 64), Conv(1, 192, 96), Conv(3, 96, 128), Conv(1, 192, 16), Conv(5, 16, 32), Conv(1, 192, 32)),
    28,
)
# He et al. 2015, arXiv:1512.03385, figure 5: the bottleneck on 256 channels beside two 3×3 on 64, which the paper calls
# of similar time complexity. Two 3×3 on 256 channels are what it saves, and are not in the paper.
RESNET = (
    Block("Two 3×3 on 256 channels", (Conv(3, 256, 256), Conv(3, 256, 256)), 56),
    Block("Bottleneck: 1×1 to 64, 3×3, 1×1 to 256", (Conv(1, 256, 64), Conv(3, 64, 64), Conv(1, 64, 256)), 56),
    Block("Two 3×3 on 64 channels", (Conv(3, 64, 64), Conv(3, 64, 64)), 56),
)


def saved(blocks: Sequence[Block]) -> float:
    """How many times fewer weights, and so multiply-adds, the second block has."""
    return blocks[0].weights / blocks[1].weights
