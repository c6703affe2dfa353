"""What a network takes for what: its confusion matrix, the pictures behind each number, and why one was misread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.calibration import SURE
from pointwise.confusion import MOST, Pair, mistakes_in
from pointwise.data.catalogue import DATA_SETS
from pointwise.intervals import counted_share
from pointwise.ui.figures import confusion_matrix, map_tiles, misreading_reasons
from pointwise.ui.figures.confusion_matrix import ALL, SHORT
from pointwise.ui.frame import glossary, html, labels
from pointwise.ui.frame.labels import plain
from pointwise.ui.frame.page_values import sent, several, whole
from pointwise.ui.frame.sections import Kept
from pointwise.visible_text import visible

if TYPE_CHECKING:
    from pointwise.confusion import Confusion
    from pointwise.models import Network
    from pointwise.ui.figures.held_out_reading import Mistakes

SHOWN = 60  # pictures at a time
SIDE = 72  # pixels of one at least
NEITHER = (ALL, ALL)
STYLE = """<style>
@media (min-width: 641px) {[class*=misread-pictures] {max-height: 31rem; overflow-y: auto}}
</style>"""


@dataclass(frozen=True, eq=False)
class Subject:
    """A network with its mistakes, and where on which page they are shown."""

    key: str  # one for each network on a page
    network: Network
    names: tuple[str, ...]  # of its classes, a person's text
    mistakes: Mistakes

    @property
    def confusion(self) -> Confusion:
        """What was read as what."""
        return self.mistakes.confusion

    @property
    def pair(self) -> Kept[tuple[int, int]]:
        """What the chosen pictures are, and what was read, either of them ALL."""
        return Kept(f"{self.key}.pair", NEITHER)

    @property
    def number(self) -> Kept[int]:
        """Which of the chosen pictures is looked at."""
        return Kept(f"{self.key}.number", 0)

    @property
    def first(self) -> Kept[int]:
        """Which of the chosen pictures is the first that is shown."""
        return Kept(f"{self.key}.first", 0)

    def choose(self, pair: tuple[int, int]) -> None:
        """Show the pictures of a class that were read as one, the surest first."""
        self.pair.set(pair)
        self.show_from(0)

    def show_from(self, first: int) -> None:
        """Show the chosen pictures from one on, and look at that."""
        self.first.set(first)
        self.number.pop()


def show(subject: Subject) -> None:
    """How many are misread, the matrix, the pictures of its chosen number, and evidence for both classes of one."""
    found = subject.confusion
    _said(subject)
    if not len(found.misread):
        return
    left, right = st.columns([11, 9], gap="medium")
    with left:
        _matrix(subject)
    with right:
        chosen = _chosen(subject)
        at = _pictures(subject, chosen)
    classes = int(found.labels[at]), int(found.read[at])
    names = subject.names[classes[0]], subject.names[classes[1]]
    misreading_reasons.show(subject.network, subject.mistakes.pictures[at], names, classes)
    _by_class(subject)


def _said(subject: Subject) -> None:
    found, mistakes = subject.confusion, subject.mistakes
    wrong, surely = len(found.misread), found.surely_wrong
    words = [
        f"It misreads **{wrong:,}** of {found.pictures:,} held-out pictures of {plain(mistakes.of)}, "
        f"{found.error.said(2)}; in brackets the [[{glossary.INTERVAL}]]."
    ]
    if wrong:
        sure = counted_share(surely, found.sure).said(2) if found.sure else "none"
        words.append(
            f"Of them **{surely:,}** were read with a probability of {100 * SURE:.0f} % or more: so a sure reading is "
            f"wrong in {sure}."
            if surely
            else f"None of them was read with a probability of {100 * SURE:.0f} % or more."
        )
        words.append(f"In **{found.second_guesses:,}** of the {wrong:,} the second guess is right.")
    if mistakes.stored:
        words.append(
            f"MNIST is not on this machine, so {found.pictures:,} of its {DATA_SETS['mnist'].test:,} test digits, "
            "which come with this app, stand for all."
        )
    glossary.write(" ".join(words))


def _matrix(subject: Subject) -> None:
    found, names = subject.confusion, subject.names
    most, title = found.pairs()[0], _title(subject)
    st.markdown(title)
    shown = found.worst()
    mistakes = mistakes_in(found.counts)
    confusion_matrix.matrix(
        f"{subject.key}.matrix",
        confusion_matrix.Matrix(
            shown,
            [visible(names[one]) for one in shown],
            found.counts[np.ix_(shown, shown)].tolist(),
            found.counts.sum(axis=1)[shown].tolist(),
            mistakes.sum(axis=1)[shown].tolist(),
            mistakes.sum(axis=0)[shown].tolist(),
        ),
        subject.pair.get(),
        f"Confusion matrix of {len(shown)} classes; most often {_words(subject, most)}",
        lambda: _choose_pair(subject),
    )
    some = f" Of {len(names):,} classes, the {MOST} most often mistaken are shown." if len(shown) < len(names) else ""
    st.caption(
        "Choose a number to see its pictures; a class at the left for all that it was read as, above for all that was "
        f"wrongly read as it. The deeper a colour, the more pictures; framed numbers were read rightly.{some}"
    )


def _title(subject: Subject) -> str:
    """What is seen in the matrix first."""
    most = subject.confusion.pairs()[0]
    return f"**Most often {plain(_words(subject, most))}**"


def _words(subject: Subject, pair: Pair) -> str:
    of = int(subject.confusion.counts[pair.label].sum())
    is_read = f"{subject.names[pair.label]} is read as {subject.names[pair.read]}"
    return visible(f"{is_read}: {pair.pictures:,} of {of:,}, {counted_share(pair.pictures, of)}")


def _choose_pair(subject: Subject) -> None:
    last = len(subject.names) - 1
    if (chosen := sent(f"{subject.key}.matrix", "chosen", several(whole(ALL, last), 2, 2))) is not None:
        subject.choose((chosen[0], chosen[1]))


def _chosen(subject: Subject) -> NDArray[np.int64]:
    """Places of the chosen pictures among those misread, under words on what they are."""
    label, read = subject.pair.get()
    found = subject.confusion
    places = found.of(None if label == ALL else label, None if read == ALL else read)
    if (label, read) == NEITHER or not len(places):
        subject.pair.pop()
        st.markdown("**All mistakes, the surest first**")
        return found.of()
    pictures = "1 picture" if len(places) == 1 else f"{len(places):,} pictures, the surest first"
    name = [plain(subject.names[one]) if one != ALL else "anything else" for one in (label, read)]
    what = f"Wrongly read as {name[1]}" if label == ALL else f"{name[0]} read as {name[1]}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{what}: {pictures}**", width="content")
        st.button("All mistakes", key=f"{subject.key}.all", on_click=subject.choose, args=(NEITHER,), type="tertiary")
    return places


def _pictures(subject: Subject, places: NDArray[np.int64]) -> int:
    """The pictures as tiles; which of those misread is looked at."""
    first = min(max(subject.first.get(), 0), len(places) - 1) // SHOWN * SHOWN
    shown = places[first : first + SHOWN]
    number = min(max(subject.number.get(), 0), len(shown) - 1)
    sprite, columns = map_tiles.sprite(np.stack([coloured(subject.mistakes.pictures[at]) for at in shown]))
    names = [_name(subject, int(at)) for at in shown]
    tiles = map_tiles.Tiles(
        sprite,
        columns,
        names=names,
        captions=[_caption(subject, int(at)) for at in shown],
        faded=[False] * len(shown),
        side=SIDE,
        across=False,
    )
    alt = f"{len(shown)} misread pictures, the surest first"
    with st.container(key=f"{subject.key}-misread-pictures".replace(".", "-")):
        st.html(STYLE)
        map_tiles.mosaic(f"{subject.key}.pictures", tiles, number, alt, lambda: _choose_picture(subject))
    if len(shown) < len(places):
        _turn_over(subject, first, len(shown), len(places))
    return int(shown[number])


def _turn_over(subject: Subject, first: int, shown: int, of: int) -> None:
    """Which of many pictures are shown, and the way to the others."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for label, where, there in (
            ("Surer ones", first - SHOWN, first > 0),
            ("Less sure ones", first + SHOWN, first + shown < of),
        ):
            key = f"{subject.key}.{label}"
            st.button(label, key=key, on_click=subject.show_from, args=(where,), disabled=not there)
        st.caption(f"{first + 1:,} to {first + shown:,} of {of:,}", width="content")


def _choose_picture(subject: Subject) -> None:
    if (chosen := sent(f"{subject.key}.pictures", "chosen", whole(0, SHOWN - 1))) is not None:
        subject.number.set(chosen)


def coloured(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture, grey (H, W) or in colour (C, H, W), as (H, W, 3)."""
    return np.repeat(picture[:, :, None], 3, axis=2) if picture.ndim == 2 else picture.transpose(1, 2, 0)


def _name(subject: Subject, at: int) -> str:
    """What is heard of a picture: what stands below it, and the rest."""
    found = subject.confusion
    label, read = (subject.names[one] for one in (found.labels[at], found.read[at]))
    return visible(f"{_caption(subject, at)}: {label} read as {read}, picture {found.misread[at] + 1:,}")


def _caption(subject: Subject, at: int) -> str:
    """Short: how sure, and where the names are short, what it is and what was read."""
    found = subject.confusion
    sure = labels.probability(float(found.sureness[at]))
    names = [visible(subject.names[one]) for one in (found.labels[at], found.read[at])]
    return f"{names[0]}→{names[1]} {sure}" if max(map(len, subject.names)) <= SHORT else sure


def _by_class(subject: Subject) -> None:
    """How much of each class is read, and how much of what is read as it is of it."""
    found = subject.confusion
    shares = [(name, found.recall(one), found.precision(one)) for one, name in enumerate(subject.names)]
    rows = [(name, *(share.said() if share else "–" for share in both)) for name, *both in shares]
    head = ("Class", "read as it, of its pictures (recall)", "right, of those read as it (precision)")
    st.html(html.table(head, rows, label="How well each class is read", totals=0))
