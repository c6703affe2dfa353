"""The classifiers that the static edition shows: what is said of each, and its bytes as a page fetches them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pointwise.card import learned_from, measured_share
from pointwise.explain.five_steps import BAG, READER
from pointwise.export.page_weights import pack
from pointwise.export.web_page import MOST_EXACT
from pointwise.models import CLASSIFIERS, SHIPPED, count_parameters
from pointwise.weights import load_model

if TYPE_CHECKING:
    from pointwise.models import Network

FIRST, DENSE = READER, "mlp_1x1"  # the network that reads at once, and one that is a dense layer


@dataclass(frozen=True)
class Reader:
    """A classifier as the pages show it."""

    name: str
    network: Network
    content: bytes

    @property
    def file(self) -> str:
        return f"networks/{self.name}.bin"

    @property
    def title(self) -> str:
        return self.network.config.architecture.title

    @property
    def about(self) -> str:
        return self.network.config.architecture.about

    @property
    def parameters(self) -> int:
        return count_parameters(self.network)

    @property
    def size(self) -> str:
        """How many bytes are fetched, for people."""
        count = len(self.content)
        return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:,.0f} kB"

    @property
    def error(self) -> str:
        share = measured_share(self.network)
        return f"{share.rest.said(2)} error on MNIST's test digits" if share else "Its error was not measured"

    @property
    def learned(self) -> str:
        return learned_from(self.network) or "what its card does not say"


def readers() -> list[Reader]:
    """The shipped classifiers, without those whose files an installation does not hold (conv_mlp, 26 MB)."""
    found = []
    for name in CLASSIFIERS:
        file = SHIPPED / f"{name}.safetensors"
        if name in (FIRST, BAG, DENSE) or file.is_file():
            network = load_model(file)
            packed = pack(network, halves=count_parameters(network) > MOST_EXACT)
            assert packed is not None
            found.append(Reader(name, network, packed.content))
    return sorted(found, key=lambda one: one.name != FIRST)
