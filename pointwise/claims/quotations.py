"""What is claimed of 1×1 convolutions, in whose words, and what comes of it when it is measured: plain data.

A quotation is one sentence, or the beginning or end of one, letter for letter as it was found at its address.
Where no sentence was found that can be looked up, the claim is a paraphrase and has no source.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """A claim with its source and its verdict."""

    name: str  # as in the address: /why_1x1?claim=Dense+layer
    title: str  # the claim in a few words
    words: str  # the quotation, without its marks; or the paraphrase, which begins with "Often said"
    source: str  # who said it and where; "" for a paraphrase
    address: str  # where it can be read, to be shown and not to be fetched; "" for a paraphrase
    verdict: str  # "true", "sometimes", "it depends" or "no"
    holds: str  # when it is true, or why it is not

    @property
    def quoted(self) -> bool:
        """Whether ``words`` are somebody's own."""
        return bool(self.source)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "Dense layer",
        "A 1×1 convolution is a dense layer",
        "You could think of the 1 × 1 convolutional layer as constituting a fully connected layer applied at every "
        "single pixel location …",
        "Zhang, Lipton, Li, Smola: Dive into Deep Learning, section 7.4",
        "d2l.ai/chapter_convolutional-neural-networks/channels.html",
        "true",
        "always, at every pixel",
    ),
    Claim(
        "Parameters",
        "It has fewer parameters than a dense layer",
        "Often said: with 1×1 convolutions instead of dense layers, a network has fewer parameters.",
        "",
        "",
        "sometimes",
        "where it replaces a dense layer on a whole map; not where it stands before one",
    ),
    Claim(
        "Speed",
        "It is faster than a dense layer",
        "After running some tests (on CPU) I found out that the con is faster than lin …",
        "A question in PyTorch's forum, Implementing Linear as Conv2d; con is a 1×1 convolution, lin a dense layer",
        "discuss.pytorch.org/t/implementing-linear-as-conv2d/136330",
        "it depends",
        "the multiply-adds are the same; the order of the numbers in memory is not",
    ),
    Claim(
        "Shape",
        "It sees no shape",
        "… the 1 × 1 convolution loses the ability of larger convolutional layers to recognize patterns consisting of "
        "interactions among adjacent elements in the height and width dimensions.",
        "Zhang, Lipton, Li, Smola: Dive into Deep Learning, section 7.4",
        "d2l.ai/chapter_convolutional-neural-networks/channels.html",
        "true",
        "for 1×1 convolutions and an average alone",
    ),
    Claim(
        "Any size",
        "A network with convolutions takes pictures of any size",
        "It's a too-rarely-understood fact that ConvNets don't need to have a fixed-size input.",
        "Yann LeCun, quoted in the question How are 1x1 convolutions the same as a fully connected layer?",
        "datascience.stackexchange.com/questions/12830",
        "sometimes",
        "without dense layers, or with the first one written as a convolution as large as the picture",
    ),
    Claim(
        "Activations",
        "It adds non-linearity",
        "The incorporation of 1 × 1 conv. layers (configuration C, Table 1) is a way to increase the non-linearity of "
        "the decision function without affecting the receptive fields of the conv. layers.",
        "Simonyan, Zisserman 2014, Very deep convolutional networks, section 2.3",
        "arxiv.org/abs/1409.1556",
        "sometimes",
        "with an activation after it; without one, several of them are a single one",
    ),
    Claim(
        "Bottlenecks",
        "It makes large networks cheaper",
        "… 1 × 1 convolutions have dual purpose: most critically, they are used mainly as dimension reduction modules "
        "to remove computational bottlenecks …",
        "Szegedy et al. 2014, Going deeper with convolutions, section 2",
        "arxiv.org/abs/1409.4842",
        "true",
        "where it squeezes many channels before a larger kernel",
    ),
    Claim(
        "Depthwise",
        "It makes deep networks small",
        "MobileNet uses 3 × 3 depthwise separable convolutions which uses between 8 to 9 times less computation than "
        "standard convolutions at only a small reduction in accuracy …",
        "Howard et al. 2017, MobileNets, section 3.1",
        "arxiv.org/abs/1704.04861",
        "true",
        "after a depthwise convolution and with many channels; the time saved is another matter",
    ),
    Claim(
        "Structured data",
        "It suits tables of rows and columns",
        "Often said: 1×1 convolutions bring spatial flexibility, and scale to structured data, such as tables.",
        "",
        "",
        "it depends",
        "it is a dense network on the rows; rules with thresholds are learned better by gradient boosting",
    ),
    Claim(
        "Regularising",
        "It overfits less",
        "But an important distinction is that it suffers with less over-fitting due to smaller kernel size (1x1).",
        "One by One [ 1 x 1 ] Convolution - counter-intuitively useful, a blog of 2016",
        "iamaaditya.github.io/2016/03/one-by-one-convolution",
        "sometimes",
        "on a map, where all pixels share few weights; not on a picture of one pixel, where it is a dense layer",
    ),
    Claim(
        "Network in Network",
        "It slides a small network over the picture",
        "The feature maps are obtained by sliding the micro networks over the input in a similar manner as CNN; "
        "they are then fed into the next layer.",
        "Lin, Chen, Yan 2013, Network In Network, abstract",
        "arxiv.org/abs/1312.4400",
        "true",
        "with an average at the end instead of a dense layer; each class then needs a map of its own",
    ),
)
NAMES = tuple(claim.name for claim in CLAIMS)


def claim_named(name: str) -> Claim:
    """The claim of that name. Raises KeyError for one that is not here."""
    return {claim.name: claim for claim in CLAIMS}[name]
