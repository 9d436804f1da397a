"""What the source article printed: its feature maps, its kernel, its result and its claims.

The article is *1x1 Convolution*, a blog post by Ajith Vallabai. Everything here is data, kept
exactly as the article has it, mistakes included. :mod:`conv1x1.audit` finds the mistakes.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["CLAIMS", "KERNEL", "MAPS", "PRINTED_T", "Claim", "digit_2", "digit_3"]

#: The three 6×6 feature maps of the article's "math view", ``(3, 6, 6)`` integers.
#:
#: :meta hide-value:
MAPS = np.array(
    [
        [
            [1, 2, 3, 2, 2, 3],
            [4, 5, 6, 2, 2, 3],
            [2, 1, 7, 2, 1, 3],
            [3, 2, 4, 2, 2, 3],
            [3, 2, 4, 2, 2, 3],
            [3, 2, 4, 2, 2, 3],
        ],
        [
            [3, 2, 4, 3, 2, 2],
            [3, 2, 4, 3, 2, 2],
            [1, 2, 3, 3, 2, 2],
            [4, 5, 6, 3, 2, 2],
            [3, 2, 4, 3, 2, 2],
            [2, 1, 7, 2, 1, 3],
        ],
        [
            [1, 2, 3, 3, 2, 2],
            [3, 2, 4, 3, 2, 2],
            [3, 2, 4, 3, 2, 2],
            [4, 5, 6, 3, 2, 2],
            [3, 2, 4, 3, 2, 2],
            [2, 1, 7, 2, 1, 3],
        ],
    ]
)

#: The article's one filter, ``(1, 3)``, with one weight for each map.
#:
#: :meta hide-value:
KERNEL = np.array([[0.1, 0.2, 0.4]])

#: The article's 6×6 result, exactly as printed.
#:
#: :meta hide-value:
PRINTED_T = np.array(
    [
        [1.1, 1.4, 2.3, 2.0, 1.4, 1.5],
        [2.2, 1.7, 3.0, 2.0, 1.4, 1.5],
        [1.6, 1.3, 2.9, 2.0, 1.3, 1.5],
        [2.7, 3.2, 4.0, 2.0, 1.4, 1.5],
        [2.1, 1.4, 2.8, 2.0, 1.4, 1.5],
        [1.5, 0.8, 0.6, 1.4, 0.8, 2.1],
    ]
)


def digit_2(a: Any, b: Any) -> NDArray[Any]:
    """Return the two 5×3 feature maps of the article's digit 2, with your ``a`` and ``b`` in them.

    Parameters
    ----------
    a
        What a pixel on a stroke holds in the first map: a number or a symbol.
    b
        The same in the second map. Symbols make an object array.

    Returns
    -------
    array
        ``(2, 5, 3)``: the three horizontal strokes in ``a``, the two vertical ones in ``b``.

    Examples
    --------
    >>> from conv1x1 import article
    >>> article.digit_2(1, 2).sum(axis=0)
    array([[1, 1, 1],
           [0, 0, 2],
           [1, 1, 1],
           [2, 0, 0],
           [1, 1, 1]])
    """
    return _strokes(a, b, [(1, 2), (3, 0)])


def digit_3(a: Any, b: Any) -> NDArray[Any]:
    """Return the two 5×3 feature maps of the article's digit 3, with your ``a`` and ``b`` in them.

    Parameters and result are those of :func:`digit_2`.

    >>> from conv1x1 import article
    >>> article.digit_3(1, 2).sum(axis=0)
    array([[1, 1, 1],
           [0, 0, 2],
           [1, 1, 1],
           [0, 0, 2],
           [1, 1, 1]])
    """
    return _strokes(a, b, [(1, 2), (3, 2)])


def _strokes(a: Any, b: Any, vertical: list[tuple[int, int]]) -> NDArray[Any]:
    horizontal = np.zeros((5, 3), bool)
    horizontal[::2] = True
    second = np.zeros((5, 3), bool)
    second[tuple(zip(*vertical, strict=True))] = True
    # As arrays, for an integer that fits no dtype becomes an object.
    return np.stack([np.where(horizontal, np.asarray(a), 0), np.where(second, np.asarray(b), 0)])


class Claim(NamedTuple):
    """One claim of the article.

    The page ``errata`` computes the evidence for each and compares it with the verdict.

    >>> from conv1x1 import article
    >>> [c.key for c in article.CLAIMS if c.verdict == "wrong"][0]
    'receptive-field'
    """

    #: A name for it.
    key: str
    #: What the article says, in our words.
    what: str
    #: The article's section.
    where: str
    #: Whether it holds.
    verdict: Literal["right", "wrong", "imprecise"]
    #: What holds.
    instead: str
    #: The page of this site that shows it.
    page: str


#: Every claim of the article, in its order.
#:
#: :meta hide-value:
CLAIMS = (
    Claim(
        "across-channels",
        "A 1×1 convolution combines information across channels.",
        "Reason",
        "right",
        "An output pixel changes when any channel of that pixel does.",
        "three-maps-to-one",
    ),
    Claim(
        "receptive-field",
        "It has a better receptive field.",
        "Reason",
        "wrong",
        "Its receptive field is one pixel, and a stack of 1×1s still sees one pixel.",
        "why-1x1",
    ),
    Claim(
        "cheaper",
        "It costs less computation than a 3×3 or a 5×5.",
        "Reason",
        "right",
        "9 and 25 times less, for the same channels and output size.",
        "why-1x1",
    ),
    Claim(
        "fewer-maps",
        "It can reduce the number of feature maps.",
        "Reason",
        "right",
        "It gives as many maps as it has filters, here fewer.",
        "fewer-channels",
    ),
    Claim(
        "origins",
        "It comes from Network in Network and the Inception module.",
        "Origin",
        "right",
        "Network in Network (2013) introduced it, the Inception module (2014) reduces with it.",
        "origins",
    ),
    Claim(
        "same-input-size",
        "All input feature maps must have the same width and height.",
        "Origin",
        "right",
        "Maps of different sizes do not even stack into one input volume.",
        "three-maps-to-one",
    ),
    Claim(
        "same-output-size",
        "The output keeps that width and height.",
        "Origin",
        "right",
        "Every pixel in gives one pixel out.",
        "ten-maps-to-four",
    ),
    Claim(
        "two-to-one",
        "Adding two feature maps of a digit is a 1×1 convolution from two maps to one.",
        "Naive view",
        "right",
        "Its two weights are both 1.",
        "two-maps-to-one",
    ),
    Claim(
        "second-caption",
        "Both sums are captioned as the feature maps of the digit 2.",
        "Naive view",
        "wrong",
        "The second sum adds the maps of the digit 3.",
        "two-maps-to-one",
    ),
    Claim(
        "telling-pixel",
        "A b at (3,2) means a 2, and its absence means a 3.",
        "Naive view",
        "wrong",
        "The other way round: (3,2) holds b for the 3, and (3,0) holds b for the 2.",
        "two-maps-to-one",
    ),
    Claim(
        "gives-intelligence",
        "The 1×1 convolution gives the network the intelligence to look at one location.",
        "Naive view",
        "imprecise",
        "It treats all locations alike; a later layer has to look at that location.",
        "two-maps-to-one",
    ),
    Claim(
        "ignores-neighbours",
        "The filter does not care how the pixels of one map relate to each other.",
        "Naive view",
        "right",
        "Shuffling the pixels before or after gives the same result.",
        "why-1x1",
    ),
    Claim(
        "each-with-each",
        "Each pixel of map 1 is compared with each pixel of map 2.",
        "Naive view",
        "wrong",
        "Only pixels at the same place meet, and they are weighted and added, not compared.",
        "two-maps-to-one",
    ),
    Claim(
        "four-maps",
        "It works the same way for four feature maps.",
        "Naive view",
        "right",
        "One weight for each map.",
        "two-maps-to-one",
    ),
    Claim(
        "unique-part",
        "It focuses on the unique part of the input, such as what tells a 2 from a 3.",
        "Naive view",
        "imprecise",
        "The weights decide: (1, 1) keeps what the digits share, (0, 1) drops their horizontal "
        "strokes.",
        "two-maps-to-one",
    ),
    Claim(
        "ten-to-four",
        "10 maps of 32×32 become 4 maps of 32×32.",
        "Advanced view",
        "right",
        "With 4 filters of 10 weights each.",
        "ten-maps-to-four",
    ),
    Claim(
        "fifty-to-twenty",
        "50 maps of 600×600 become 20 maps of 600×600.",
        "Process of dimensionality reduction",
        "right",
        "Only the number of maps is reduced.",
        "fewer-channels",
    ),
    Claim(
        "one-filter-one-map",
        "Each 50×1×1 filter gives one 600×600 map, so 20 filters give 20.",
        "Process of dimensionality reduction",
        "right",
        "Output map k comes from filter k alone.",
        "more-filters",
    ),
    Claim(
        "six-to-five",
        "Maps of 6×6 are mapped to a map of 5×5.",
        "Math view",
        "wrong",
        "A 1×1 convolution keeps 6×6, and the printed T is 6×6.",
        "three-maps-to-one",
    ),
    Claim(
        "kernel-depth",
        "The kernel 0.1, 0.2, 0.4 has depth 1.",
        "Math view",
        "imprecise",
        "It is one filter, so the output has depth 1; the filter's own depth is 3.",
        "more-filters",
    ),
    Claim(
        "shapes-in-numbers",
        "3·6·6, through 3·1·1·1, becomes 6·6·1.",
        "Math view",
        "right",
        "The kernel has 3 weights, and neither width nor height.",
        "three-maps-to-one",
    ),
    Claim(
        "shapes-in-letters",
        "C·W·H, through C·W·H·K, becomes W·H·K.",
        "Math view",
        "wrong",
        "The kernel is K·C·1·1.",
        "ten-maps-to-four",
    ),
    Claim(
        "t-0-0",
        "T[0,0] is 1.1.",
        "Output",
        "right",
        "0.1·1 + 0.2·3 + 0.4·1.",
        "three-maps-to-one",
    ),
    Claim(
        "t-1-0",
        "T[1,0] is 2.2.",
        "Output",
        "right",
        "0.1·4 + 0.2·3 + 0.4·3.",
        "three-maps-to-one",
    ),
    Claim(
        "t-5-2",
        "T[5,2] is 0.6.",
        "Output",
        "wrong",
        "It is 4.6: 0.1·4 + 0.2·7 + 0.4·7.",
        "three-maps-to-one",
    ),
    Claim(
        "t-others",
        "The other entries of T are as printed.",
        "Output",
        "right",
        "35 of the 36 entries are right.",
        "three-maps-to-one",
    ),
    Claim(
        "deeper-network",
        "More 1×1 filters in parallel make the network deeper.",
        "Depth criteria",
        "wrong",
        "They make the output volume deeper. Layers make a network deeper.",
        "more-filters",
    ),
    Claim(
        "k-filters-k-maps",
        "One, two and three filters give outputs of depth one, two and three.",
        "Depth criteria",
        "right",
        "K filters give K maps.",
        "more-filters",
    ),
    Claim(
        "dense-overfits",
        "Fully connected layers overfit.",
        "Last paragraph",
        "imprecise",
        "They hold most of the parameters of early networks, which makes overfitting easy.",
        "instead-of-dense-layers",
    ),
    Claim(
        "dropout-loses",
        "Dropout loses information.",
        "Last paragraph",
        "imprecise",
        "It sets activations to zero at random while training and scales up the others, so that "
        "on average each stays; in use it drops none.",
        "instead-of-dense-layers",
    ),
    Claim(
        "dense-lacks-1x1",
        "Fully connected layers lack what a 1×1 convolution extracts.",
        "Last paragraph",
        "wrong",
        "On one pixel the two are the same operation.",
        "instead-of-dense-layers",
    ),
)
