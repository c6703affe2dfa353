"""The claims about 1×1 convolutions with the numbers that decide them, measured now, on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pointwise.card import measured_share
from pointwise.claims import activations, any_size, dense_layer, depthwise, parameters, structured_data
from pointwise.claims.quotations import CLAIMS, Claim
from pointwise.claims.shape import shuffle
from pointwise.costs import cost
from pointwise.models import SHIPPED, default_config

if TYPE_CHECKING:
    from pointwise.models import Network

VERDICTS = {"true": "True", "sometimes": "Sometimes", "it depends": "It depends", "no": "False"}
SIZES = (2, 7, 7, 16, 8)  # pictures, height, width, channels in and out
STACK = (3, 8, 8, 4)  # channels


@dataclass(frozen=True)
class MeasuredClaim:
    """A claim with a sentence of numbers, and a table of them where there are many."""

    claim: Claim
    says: str
    caption: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    label: str = ""  # where its numbers are from, if they were not measured now

    @property
    def slug(self) -> str:
        """The claim's name as part of an address."""
        return self.claim.name.lower().replace(" ", "-")

    @property
    def verdict(self) -> str:
        """One of VERDICTS."""
        return VERDICTS[self.claim.verdict]


def measured_claims(networks: Mapping[str, Network], image: NDArray[np.uint8]) -> list[MeasuredClaim]:
    """All claims, in their order; some seconds' work. ``networks`` are classifiers by name, ``image`` is a drawing,
    uint8 (28, 28).
    """
    told = {
        "Dense layer": _dense_layer,
        "Parameters": _parameters,
        "Speed": _speed,
        "Shape": lambda claim: _shape(claim, networks, image),
        "Any size": lambda claim: _any_size(claim, networks, image),
        "Activations": _activations,
        "Bottlenecks": _bottlenecks,
        "Depthwise": _depthwise,
        "Structured data": _structured_data,
        "Regularising": _regularising,
        "Network in Network": lambda claim: _network_in_network(claim, networks, image),
    }
    return [told[claim.name](claim) for claim in CLAIMS]


def _small(difference: float) -> str:
    return f"{difference:.1e}" if difference else "exactly 0"


def _dense_layer(claim: Claim) -> MeasuredClaim:
    rows = dense_layer.compare(*SIZES)
    pictures, height, width, inputs, outputs = SIZES
    most = max(max(row.outputs, row.gradients) for row in rows)
    return MeasuredClaim(
        claim,
        f"With the same weights the four forms in PyTorch differ by at most {_small(most)}, which is rounding, and "
        "have equally many parameters.",
        f"{pictures} pictures of {height} × {width}, {inputs} → {outputs} channels, beside the convolution",
        ("form", "largest difference of the outputs", "of the gradients", "parameters"),
        [(row.form, _small(row.outputs), _small(row.gradients), f"{row.parameters:,}") for row in rows],
    )


def _parameters(claim: Claim) -> MeasuredClaim:
    tutorial, plain = (cost(default_config(arch)).parameters for arch in ("conv_mlp", "mlp_1x1"))
    average, full = dense_layer.head_parameters(*dense_layer.nin_head())
    file = SHIPPED / "widths.json"
    widths = parameters.read(file) if file.is_file() else []
    return MeasuredClaim(
        claim,
        f"At the end of Network in Network a 1×1 convolution leaves {average:,} parameters where a dense layer on the "
        f"whole map would have {full:,}. In the tutorial it stands before a dense layer, and raises the count from "
        f"{plain:,} to {tutorial:,}.",
        "What its channels buy: the tutorial's network, trained on MNIST",
        ("channels of the 1×1", "parameters", "test accuracy, mean ± spread over seeds"),
        [
            (str(one.width or "none"), f"{one.parameters:,}", f"{100 * one.mean:.2f} ± {100 * one.std:.2f} %")
            for one in widths
        ],
        "The accuracies were measured for this version of Pointwise; the counts are exact." if widths else "",
    )


def _speed(claim: Claim) -> MeasuredClaim:
    times = [dense_layer.form_times(shape) for shape in dense_layer.SHAPES]
    linear = next(form for form in dense_layer.FORMS if form.startswith("Linear"))
    ratios = [one.ratio(linear) for one in times]

    def shape_of(one: dense_layer.FormTimes) -> str:
        pictures, height, width, inputs, outputs = one.shape
        return f"{pictures} of {height} × {width}, {inputs} → {outputs} channels"

    return MeasuredClaim(
        claim,
        f"Over these shapes the dense layer took {min(ratios):.2f} to {max(ratios):.2f} times as long as the "
        "convolution. The multiply-adds are the same; the order of the numbers in memory and a call's cost are not.",
        f"Medians of {dense_layer.REPEATS} rounds in turns, in milliseconds",
        ("pictures and channels", *times[0].milliseconds, "bare matrix product"),
        [(shape_of(one), *(f"{ms:.3f}" for ms in one.milliseconds.values()), f"{one.product:.3f}") for one in times],
    )


def _shape(claim: Claim, networks: Mapping[str, Network], image: NDArray[np.uint8]) -> MeasuredClaim:
    moved = {name: shuffle(model, image, 0) for name, model in networks.items()}
    bag, share = networks["bag_of_pixels"], measured_share(networks["bag_of_pixels"])
    reads = f" It reads {share.said(1)} of MNIST's test digits, and chance a tenth." if share else ""
    return MeasuredClaim(
        claim,
        f"Shuffled pixels move the scores of {bag.config.architecture.title}, 1×1 convolutions and an average alone, "
        f"by {_small(moved['bag_of_pixels'].moved)}.{reads}",
        "A drawing of a seven, and its pixels shuffled",
        ("network", "reads", "shuffled", "largest change of a score"),
        [
            (networks[name].config.architecture.title, *map(str, one.digits), _small(one.moved))
            for name, one in moved.items()
        ],
    )


def _any_size(claim: Claim, networks: Mapping[str, Network], image: NDArray[np.uint8]) -> MeasuredClaim:
    answers = {name: any_size.answers(model) for name, model in networks.items()}
    takes = [name for name, these in answers.items() if all(one.shape for one in these)]
    wide, mlp = np.hstack([image, image]), networks["mlp_1x1"]
    slid = any_size.score_map(mlp, wide)
    apart = float(np.abs(slid - any_size.cropped_scores(mlp, wide)).max())
    return MeasuredClaim(
        claim,
        f"As they are, {len(takes)} of {len(answers)} networks take a picture of any size. A dense layer on the whole "
        f"picture can be written as a convolution as large as that: slid over {slid.shape[2]} places it differs from "
        f"the network on crops by {_small(apart)}.",
        "Pictures of three sizes, and how many numbers come out",
        ("network", *(f"{height} × {width}" for height, width in any_size.SIZES)),
        [
            (
                networks[name].config.architecture.title,
                *(" × ".join(map(str, one.shape[1:])) if one.shape else "refused" for one in these),
            )
            for name, these in answers.items()
        ],
    )


def _activations(claim: Claim) -> MeasuredClaim:
    layers = activations.stack(STACK)
    straight, bent = (activations.compare(layers, activation=on) for on in (False, True))
    return MeasuredClaim(
        claim,
        f"{len(layers)} random 1×1 convolutions one after the other differ from the single one that is the product of "
        f"their matrices by {_small(straight.product)} of their spread. With ReLU between them even the best single "
        f"one is {bent.best:.2f} of it away.",
    )


def _bottlenecks(claim: Claim) -> MeasuredClaim:
    blocks = [*parameters.INCEPTION, *parameters.RESNET]
    inception, resnet = parameters.saved(parameters.INCEPTION), parameters.saved(parameters.RESNET)
    times = parameters.block_times(blocks)
    return MeasuredClaim(
        claim,
        f"{inception:.1f} times fewer multiply-adds in a branch of GoogLeNet's Inception, {resnet:.1f} times in "
        "ResNet's block.",
        "Exact counts, and a forward pass of one picture",
        ("block", "weights", "million multiply-adds", "milliseconds"),
        [
            (block.name, f"{block.weights:,}", f"{block.multiply_adds / 1e6:.1f}", f"{ms:.2f}")
            for block, ms in zip(blocks, times, strict=True)
        ],
    )


def _depthwise(claim: Claim) -> MeasuredClaim:
    blocks = depthwise.blocks(*depthwise.MOBILENET)
    whole, pair = blocks
    slow, quick = parameters.block_times(blocks)
    return MeasuredClaim(
        claim,
        f"{whole.multiply_adds / pair.multiply_adds:.1f} times fewer multiply-adds in MobileNet's most frequent block; "
        f"here that saves {slow / quick:.1f} times the time.",
        "The block in place of a full convolution",
        ("block", "weights", "million multiply-adds", "milliseconds"),
        [
            (block.name, f"{block.weights:,}", f"{block.multiply_adds / 1e6:.1f}", f"{ms:.2f}")
            for block, ms in zip(blocks, (slow, quick), strict=True)
        ],
    )


def _structured_data(claim: Claim) -> MeasuredClaim:
    rows = structured_data.arrangements()
    most = max(one.difference for one in rows)
    return MeasuredClaim(
        claim,
        f"However the rows of a table are arranged as pixels, 1×1 convolutions and dense layers differ by at most "
        f"{_small(most)} deviations of what is predicted. Against gradient boosting, which learns rules with "
        "thresholds better, the app measures it on tables of several sizes.",
        "The same weights on the same rows, beside dense layers",
        ("arrangement", "largest difference, in deviations"),
        [(one.name, _small(one.difference)) for one in rows],
    )


def _regularising(claim: Claim) -> MeasuredClaim:
    channels, side, classes = dense_layer.nin_head()
    average, full = dense_layer.head_parameters(channels, side, classes)
    gradients = max(row.gradients for row in dense_layer.compare(1, 1, 1, *SIZES[3:]))
    counted = (
        f"On a picture of one pixel it is a dense layer: the gradients that training follows differ by "
        f"{_small(gradients)}, so both overfit alike. On a whole map all pixels share few weights, {average:,} at the "
        f"end of Network in Network instead of {full:,}. The app trains both kinds of network on few digits, with and "
        "without the usual means against overfitting."
    )
    return MeasuredClaim(claim, counted)


def _network_in_network(claim: Claim, networks: Mapping[str, Network], image: NDArray[np.uint8]) -> MeasuredClaim:
    from pointwise.explain.chain import Chain

    average, full = dense_layer.head_parameters(*dense_layer.nin_head())
    apart = dense_layer.slid_mlp_difference(Chain.of(networks["nin"]), image)
    return MeasuredClaim(
        claim,
        "Each larger convolution with the 1×1 after it is a small MLP slid over the image: run on every patch by "
        f"itself, those MLPs give the same maps but for {_small(apart)}. And the average leaves {average:,} parameters "
        f"where a dense layer would have {full:,}, {full / average:.0f} times as many.",
    )
