"""The path of five steps in words: names, headings and what is said, of the app's page and of the static edition's.

Texts are Markdown of our own, in which ``**words**`` are stressed and ``[[feature map]]`` or ``[[shown words|feature
map]]`` is a word of the app's glossary. What stands in braces is filled in by ``str.format``.
"""

from __future__ import annotations

from dataclasses import dataclass

from pointwise.models import ARCHITECTURES, default_config


@dataclass(frozen=True)
class Step:
    """One of the five."""

    name: str  # as in the address: /path?step=maps
    title: str
    heading: str


STEPS = (
    Step("pixel", "One pixel", "What a 1×1 convolution does with one pixel"),
    Step("colours", "Colours", "Where it earns its keep: colours"),
    Step("maps", "Maps", "A drawing on its way through a network"),
    Step("shape", "Shape", "How can something that sees one pixel read a 7?"),
    Step("claims", "Claims", "Is it true what people say?"),
)
READER, BAG = "nin", "bag_of_pixels"  # the network that is followed layer by layer, and the one that knows no shape
_READER, _BAG = ARCHITECTURES[READER].title, ARCHITECTURES[BAG].title

# 1: one pixel
WATCH = "**Watch one pixel of the drawing:** its number times a weight, plus a bias, makes one new pixel."
ARITHMETIC = (
    "The upper sum is all that there is to it. A **[[1×1 convolution]]** takes the numbers that one pixel has, one in "
    "each [[channel]], multiplies each by a [[weight]], adds them up with a [[bias]], and bends the sum; this last "
    "step is the [[activation]], here [[ReLU]], which makes 0 of whatever is below 0. Then it does the same at the "
    "next pixel, **with the same weights**. The results are a new picture, a [[feature map]]."
)
LIMIT = (
    "The drawing is grey, so a pixel has a single number. All that a 1×1 convolution can do with one number is to make "
    "it brighter, darker, or inverted, a [[tone curve]]. It cannot tell whether the pixel is part of a line: **it "
    "never looks at the neighbours**. A [[3×3 convolution]] does."
)

# 2: colours
COLOURS = (
    "A colour picture has three [[channels|channel]]: how much red, green and blue there is at each pixel. A [[1×1 "
    "convolution]] gives each of them a [[weight]], which may be below zero, and adds them up."
)
LEAVES = "**Can you find weights that make leaves and grass bright, and everything else dark?**"
FOUR_MIXES = "Four mixes: a layer from three channels to four"
MIXES = (
    "Each set of three weights makes one new channel: yours, and three in which the sky, the clouds and the trunk "
    "stand out. No pixel has looked at its neighbours. **Colour alone tells the parts apart, and a 1×1 convolution "
    "can use it.**"
)
LARGE_NETWORKS = "What large networks use it for"
BOTTLENECK = (  # inception, resnet: how many times fewer
    "Deep inside, a network has hundreds of channels instead of three. There a 1×1 convolution squeezes them into a "
    "few good mixes before a larger [[kernel]] has to read them, a [[bottleneck]]. A branch of GoogLeNet, a network "
    "for photos, needs **{inception:.1f} times fewer [[multiply-adds]]** so, and a block of ResNet, another, "
    "{resnet:.0f} times fewer than two 3×3 convolutions on as many channels."
)

# 3: maps
FOLLOW = (
    f"Follow the drawing through **{_READER}**, a small network that reads digits. Its [[layers|layer]] take turns: "
    "one looks at a neighbourhood (orange), the next is a [[1×1 convolution]] (blue). **Watch the white square: it is "
    "how much of the drawing one value has seen, and only the orange layers make it larger.** In the maps dark is "
    "zero, and yellow the most in that layer."
)
_SQUARES = {name: f"{kernel} × {kernel}" for name, (kernel, _, _) in default_config(READER).kernels.items()}
LAYERS = {  # plain text
    "conv1": f"Each value comes from a square of {_SQUARES['conv1']} pixels. Strokes and their edges appear.",
    "mix1": "A 1×1 convolution: every new map is a mix of all maps above, pixel by pixel. It sees no further.",
    "conv2": f"{_SQUARES['conv2']} values of the maps above, each of which has seen a square already: larger pieces.",
    "mix2": "1×1 again: it mixes what was seen at each place, and sees no further.",
    "conv3": f"{_SQUARES['conv3']} again. One value now sees most of the digit.",
    "mix3": "1×1 once more: the last mix before the answer.",
    "classifier": "A last 1×1 convolution makes a map for each digit: orange speaks for it, blue against it. The "
    "average of a map is the digit's score.",
}

# 4: shape
RIDDLE = (
    "Tutorials read digits with a [[1×1 convolution]]. Yet it never looks at a neighbour, and a line is a matter of "
    f"neighbours. Here is a test: **{_BAG}** is a network of 1×1 convolutions and nothing else; at the end it averages "
    "over all pixels."
)
QUESTION = f"Give {_BAG} the shuffled pixels instead of the drawing. What does it answer?"
WHO_SEES = "So who sees the 7?"
ANSWER = (
    "**The answer to the riddle: it cannot.** What sees one pixel reads no 7. Where a network with 1×1 convolutions "
    "reads one, larger convolutions between them see the shape, or a dense layer behind them."
)

# 5: claims
GUESS_FIRST = "Four things that are said of 1×1 convolutions. Guess before you look."
NOW_KNOWN = "What you now know"
KNOWN = (
    "A **1×1 convolution** is a weighted sum of the channels at one pixel, with a bias and a bend, and with the same "
    "weights at every pixel: a small dense layer, everywhere.",
    "**It helps where there are many channels**: it mixes them, as it did with the colours, and squeezes them, so that "
    "larger kernels have less to read.",
    f"**It sees no shape.** {_BAG} cannot read, because it knows only how many pixels of each brightness there are. In "
    "a network that reads, larger convolutions or a dense layer see the shape.",
)
