"""What the source article printed: its feature maps, its kernel, its result and its claims.

The article is *1x1 Convolution*, a blog post by Ajith Vallabai of 4 June 2018. Everything here is
data, kept exactly as the article has it, mistakes included. :mod:`conv1x1.audit` finds the
mistakes.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CLAIMS",
    "DRAWN_2",
    "DRAWN_3",
    "KERNEL",
    "MAPS",
    "PRINTED_T",
    "Claim",
    "digit_2",
    "digit_3",
]

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

#: The cells of the article's drawing of a 2, with a horizontal stroke, a vertical one or none.
DRAWN_2 = ("---", "  |", "---", "|  ", "---")

#: Its drawing of a 3.
DRAWN_3 = ("---", "  |", "---", "  |", "---")


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
    """One claim, picture or formula of the article.

    The page ``errata`` has the evidence for each and compares what is computed with the verdict.

    >>> from conv1x1 import article
    >>> [c.key for c in article.CLAIMS if c.verdict == "wrong"][0]
    'receptive-field'
    """

    #: A name for it.
    key: str
    #: A few words of the article; an ellipsis stands for words left out.
    quote: str
    #: What the article says, in our words.
    what: str
    #: The article's section.
    where: str
    #: Whether it holds.
    verdict: Literal["right", "wrong", "imprecise"]
    #: What decides that, a computation on the page ``errata``, a paper or an argument.
    basis: Literal["computed", "cited", "argued"]
    #: What holds.
    instead: str
    #: The page of this site that shows it.
    page: str
    #: The section of that page.
    section: str
    #: Whether it is a slip of the pen, which the article itself has right elsewhere.
    slip: bool = False


#: Every claim of the article, in its order.
#:
#: :meta hide-value:
CLAIMS = (
    Claim(
        "across-channels",
        "Cross channel/dimensional information",
        "A 1×1 convolution combines information across channels.",
        "Reason",
        "right",
        "computed",
        "An output pixel changes with every channel of that pixel whose weight is not zero.",
        "three-maps-to-one",
        "one-pixel",
    ),
    Claim(
        "deeper-insight",
        "provides deeper insight of input",
        "That gives a deeper insight into the input.",
        "Reason",
        "imprecise",
        "argued",
        "It mixes the channels; whether the mixture says more depends on its weights.",
        "two-maps-to-one",
        "other-weights-other-maps",
    ),
    Claim(
        "receptive-field",
        "with a better receptive field for unique features",
        "It has a better receptive field than a 3×3 or a 5×5.",
        "Reason",
        "wrong",
        "computed",
        "Its receptive field is one pixel, and theirs are larger.",
        "why-1x1",
        "a-larger-receptive-field",
    ),
    Claim(
        "fewer-maps",
        "provides dimentionality reduction across multiple feature maps",
        "It can reduce the number of feature maps.",
        "Reason",
        "right",
        "computed",
        "It gives as many maps as it has filters, and every pixel stays.",
        "fewer-channels",
        "what-dimensionality-reduction-reduces",
    ),
    Claim(
        "cheaper",
        "with less computation cost",
        "It costs less computation than a 3×3 or a 5×5.",
        "Reason",
        "right",
        "computed",
        "A ninth and a twenty-fifth, for the same channels and output size.",
        "why-1x1",
        "on-a-real-layer",
    ),
    Claim(
        "origins",
        "Network in network , Inception Module",
        "It comes from Network in Network and the Inception module.",
        "Origin",
        "right",
        "cited",
        "Network in Network (2013) made it known, and the Inception module (2014) reduces "
        "channels with it.",
        "origins",
        "network-in-network",
    ),
    Claim(
        "same-input-size",
        "input of all feature maps should be exactly in same dimension",
        "All input feature maps must have the same width and height.",
        "Origin",
        "right",
        "computed",
        "Every output pixel adds up one pixel of each map, so no map may lack one.",
        "three-maps-to-one",
        "all-pixels",
    ),
    Claim(
        "same-output-size",
        "to provide exact same dimension(height and width) transformed output",
        "The output keeps that width and height.",
        "Origin",
        "right",
        "computed",
        "Every pixel in gives one pixel out.",
        "ten-maps-to-four",
        "ten-maps-of-3232-to-four",
    ),
    Claim(
        "among-maps",
        "enabling the transformation to take place among each of the feature maps",
        "Each output map may draw on each input map.",
        "Origin",
        "right",
        "computed",
        "There is a weight for every pair of an input map and an output map.",
        "ten-maps-to-four",
        "two-maps-to-two",
    ),
    Claim(
        "learns",
        "cross channel information learnning",
        "How to combine the channels is learned.",
        "Origin",
        "right",
        "computed",
        "Examples of a mixture are enough to find its weights.",
        "learned-weights",
        "the-gradients-in-three-lines",
    ),
    Claim(
        "stacked-field",
        "to provide better receptive field",
        "Learning across channels makes the receptive field better.",
        "Origin",
        "wrong",
        "computed",
        "However many 1×1s are stacked, the last still sees one pixel.",
        "why-1x1",
        "a-larger-receptive-field",
    ),
    Claim(
        "two-to-one",
        "two features maps can be transformed to one with 1x1 convolution",
        "A 1×1 convolution makes one feature map of two.",
        "Naive view",
        "right",
        "computed",
        "With one filter of two weights.",
        "two-maps-to-one",
        "the-sum-is-a-11-convolution",
    ),
    Claim(
        "drawn-digits",
        "[a drawing of a 2, and one of a 3]",
        "The digits are drawn with strokes in a grid of cells.",
        "Naive view",
        "right",
        "computed",
        "The strokes stand where the sums below have a and b.",
        "two-maps-to-one",
        "a-digit-in-two-maps",
    ),
    Claim(
        "maps-of-2",
        "Features of Digit 2 : Feature map 1 & Feature map 2",
        "One map of the 2 has its horizontal strokes, the other its vertical ones.",
        "Naive view",
        "right",
        "computed",
        "Together they are the drawing.",
        "two-maps-to-one",
        "a-digit-in-two-maps",
    ),
    Claim(
        "maps-of-3",
        "Features of Digit 3: Feature map 1 & Feature map 2",
        "One map of the 3 has its horizontal strokes, the other its vertical ones.",
        "Naive view",
        "right",
        "computed",
        "Together they are the drawing.",
        "two-maps-to-one",
        "a-digit-in-two-maps",
    ),
    Claim(
        "positions",
        "Image representation [a grid of positions, 0,0 … 4,2]",
        "A position is a row and a column, both counted from zero.",
        "Naive view",
        "right",
        "computed",
        "It is how arrays are indexed; (3,2) is the last cell of the last row but one.",
        "two-maps-to-one",
        "the-pixels-that-tell-them-apart",
    ),
    Claim(
        "sum-of-2",
        "Feature map 1 of digit 2 + Feature map 2 of digit 2 --> Output 1",
        "The two maps of the 2 add up to the 2.",
        "Naive view",
        "right",
        "computed",
        "It is the 1×1 convolution with the weights 1 and 1.",
        "two-maps-to-one",
        "the-sum-is-a-11-convolution",
    ),
    Claim(
        "sum-of-3",
        "[the second sum of matrices]",
        "The two maps of the 3 add up to the 3.",
        "Naive view",
        "right",
        "computed",
        "With the same two weights.",
        "two-maps-to-one",
        "the-sum-is-a-11-convolution",
    ),
    Claim(
        "second-caption",
        "Feature map 1 of digit 2 + Feature map 2 of digit 2 --> Output 2",
        "The maps of the second sum are those of the 2.",
        "Naive view",
        "wrong",
        "computed",
        "They are the maps of the 3.",
        "two-maps-to-one",
        "the-sum-is-a-11-convolution",
        slip=True,
    ),
    Claim(
        "gives-intelligence",
        "makes the network(gives intelligence) to see that a single pixel",
        "The 1×1 convolution gives the network the intelligence to look at one location.",
        "Naive view",
        "imprecise",
        "computed",
        "It treats all locations alike; a later layer has to look at that location.",
        "two-maps-to-one",
        "what-it-does-not-do",
    ),
    Claim(
        "telling-pixel",
        "location (3,2) contains b or not .if b is present … digit 2",
        "A b at (3,2) means a 2, and its absence means a 3.",
        "Naive view",
        "wrong",
        "computed",
        "The other way round: (3,2) holds b for the 3, and (3,0) holds b for the 2.",
        "two-maps-to-one",
        "the-pixels-that-tell-them-apart",
        slip=True,
    ),
    Claim(
        "ignores-neighbours",
        "the kernel/filter doesnt care about the correlation of information in same feature map",
        "The filter does not care how the pixels of one map relate to each other.",
        "Naive view",
        "right",
        "computed",
        "Shuffling the pixels before or after gives the same result.",
        "why-1x1",
        "what-it-does-not-do",
    ),
    Claim(
        "each-with-each",
        "each pixel of feature map 1 is compared with each pixel of feature map 2",
        "Each pixel of map 1 meets each pixel of map 2.",
        "Naive view",
        "imprecise",
        "computed",
        "Each meets the one at the same place, as in the article's matrices, and they are "
        "weighted and added, not compared.",
        "two-maps-to-one",
        "what-it-does-not-do",
    ),
    Claim(
        "four-maps",
        "Similarly think of 4 feature maps",
        "It works the same way for four feature maps.",
        "Naive view",
        "right",
        "computed",
        "One weight for each map.",
        "two-maps-to-one",
        "four-maps",
    ),
    Claim(
        "unique-part",
        "enables us to focus on unique part in the input like difference between 2 and 3",
        "It enables us to focus on what tells a 2 from a 3.",
        "Naive view",
        "right",
        "computed",
        "With suitable weights: (1, 1, −1, −1) keeps what differs, and (1, 1, 1, 1) does not.",
        "two-maps-to-one",
        "four-maps",
    ),
    Claim(
        "ten-to-four",
        "10 feature maps of 32x32 image is transformed to 4 feature maps of 32x32 image",
        "10 maps of 32×32 become 4 maps of 32×32.",
        "Advanced view",
        "right",
        "computed",
        "With 4 filters of 10 weights each.",
        "ten-maps-to-four",
        "ten-maps-of-3232-to-four",
    ),
    Claim(
        "fifty-to-twenty",
        "50x 600x600 --> 50 x1x1 x20 --> 600x600 x20",
        "50 maps of 600×600 become 20 maps of 600×600.",
        "Process of dimensionality reduction",
        "right",
        "computed",
        "The number of maps is reduced, and no pixel is lost.",
        "fewer-channels",
        "50600600-to-20600600",
    ),
    Claim(
        "fifty-to-one",
        "50x 600x600 --> 1 channel of 600x600 image",
        "One filter makes one map of the 50.",
        "Process of dimensionality reduction",
        "right",
        "computed",
        "Whatever the number of input maps is.",
        "more-filters",
        "one-filter-one-map",
    ),
    Claim(
        "kernel-in-numbers",
        "50x 1x1x20",
        "The kernel of 20 filters has 50·1·1·20 weights.",
        "Process of dimensionality reduction",
        "right",
        "computed",
        "Libraries store the 20 first: (20, 50, 1, 1).",
        "ten-maps-to-four",
        "what-the-kernel-is-not",
    ),
    Claim(
        "one-filter-one-map",
        "each of (50x 1x1 ) provides one output(600x600x1) --> so we get twenty outputs",
        "Each 50×1×1 filter gives one map, so 20 filters give 20.",
        "Process of dimensionality reduction",
        "right",
        "computed",
        "Output map k comes from filter k alone.",
        "more-filters",
        "two-filters-two-maps",
    ),
    Claim(
        "three-to-one",
        "3 feature maps that are mapped to 1 feature maps",
        "Three maps are mapped to one.",
        "Math view",
        "right",
        "computed",
        "The kernel has one filter of three weights.",
        "three-maps-to-one",
        "all-pixels",
    ),
    Claim(
        "six-to-five",
        "of size 6x6(WXH) that were mapped to 1 feature maps of size 5x5(WxH)",
        "Maps of 6×6 are mapped to a map of 5×5.",
        "Math view",
        "wrong",
        "computed",
        "A 1×1 convolution keeps 6×6, and the printed T is 6×6.",
        "three-maps-to-one",
        "all-pixels",
        slip=True,
    ),
    Claim(
        "three-matrices",
        "Three feature maps [three matrices]",
        "The three printed maps are 6×6.",
        "Math view",
        "right",
        "computed",
        "Each has six rows of six numbers.",
        "three-maps-to-one",
        "the-maps",
    ),
    Claim(
        "kernel-depth",
        "1x1 kernel of Depth 1 [0.1] [0.2] [0.4]",
        "The kernel 0.1, 0.2, 0.4 has depth 1.",
        "Math view",
        "right",
        "computed",
        "In the article's terms, for it calls the number of filters the depth. Most people call "
        "it the depth of a filter how many weights it has at a pixel, here 3.",
        "more-filters",
        "depth-of-what",
    ),
    Claim(
        "shapes-in-numbers",
        "3 *6*6 --> 3 *1*1 *1 --> 6*6* 1",
        "3·6·6, through 3·1·1·1, becomes 6·6·1.",
        "Math view",
        "right",
        "computed",
        "The kernel has 3 weights, and neither width nor height.",
        "three-maps-to-one",
        "the-kernel",
    ),
    Claim(
        "shapes-in-letters",
        "C*W*H --> C*W*H *K --> W*H* K",
        "C·W·H, through C·W·H·K, becomes W·H·K.",
        "Math view",
        "imprecise",
        "computed",
        "One pair of letters stands for two sizes. The line above has them right: the kernel is "
        "C·1·1·K.",
        "ten-maps-to-four",
        "what-the-kernel-is-not",
    ),
    Claim(
        "legend",
        "K--Number of desired output channel/number of filters/Number of depth size",
        "C counts the channels, W and H are width and height, and K counts the filters.",
        "Math view",
        "right",
        "argued",
        "These are the usual letters, and they define what the article calls depth.",
        "more-filters",
        "depth-of-what",
    ),
    Claim(
        "t-0-0",
        "1 * 0.1 +3 * 0.2 + 1 * 0.4 = 1.1 for output T[0,0]",
        "T[0,0] is 1.1.",
        "Output",
        "right",
        "computed",
        "0.1·1 + 0.2·3 + 0.4·1.",
        "three-maps-to-one",
        "one-pixel",
    ),
    Claim(
        "t-1-0",
        "4 * 0.1 + 3 * 0.2 +3 * 0.4 = 2.2 for ouput T[1,0]",
        "T[1,0] is 2.2.",
        "Output",
        "right",
        "computed",
        "0.1·4 + 0.2·3 + 0.4·3.",
        "three-maps-to-one",
        "one-pixel",
    ),
    Claim(
        "t-others",
        "Matrix output T after 1x1 convolution",
        "The other entries of T are as printed.",
        "Output",
        "right",
        "computed",
        "35 of the 36 entries are right.",
        "three-maps-to-one",
        "typed-by-hand",
    ),
    Claim(
        "t-5-2",
        "1.5&0.8&0.6 [in matrix T]",
        "T[5,2] is 0.6.",
        "Output",
        "wrong",
        "computed",
        "It is 4.6: 0.1·4 + 0.2·7 + 0.4·7.",
        "three-maps-to-one",
        "typed-by-hand",
        slip=True,
    ),
    Claim(
        "more-depth",
        "increasing number of 1x1 filters in parallel … we can increase the depth of convolution",
        "More filters in parallel make the output deeper.",
        "Depth criteria",
        "right",
        "computed",
        "The output volume has one map for each filter.",
        "more-filters",
        "k-filters-k-maps",
    ),
    Claim(
        "deeper-network",
        "so deeper the network",
        "They make the network deeper.",
        "Depth criteria",
        "wrong",
        "computed",
        "They are one layer, however many there are. Layers make a network deeper.",
        "more-filters",
        "depth-of-what",
    ),
    Claim(
        "perceives-more",
        "deeper the network could percieve",
        "A deeper network perceives more deeply.",
        "Depth criteria",
        "imprecise",
        "argued",
        "It sees more of the image if its kernels are larger than 1×1, and apart from that can "
        "compute more only with something nonlinear between its layers.",
        "why-1x1",
        "a-larger-receptive-field",
    ),
    Claim(
        "k-filters-k-maps",
        "Depth 1, Depth 2, Depth 3 [three pictures]",
        "One, two and three filters give outputs of depth one, two and three.",
        "Depth criteria",
        "right",
        "computed",
        "K filters give K maps.",
        "more-filters",
        "k-filters-k-maps",
    ),
    Claim(
        "dense-overfits",
        "Fully connected layers provided overfitting",
        "Fully connected layers overfit.",
        "Last paragraph",
        "imprecise",
        "cited",
        "Network in Network calls them prone to it: they can, and early networks had most of "
        "their weights there.",
        "instead-of-dense-layers",
        "what-dense-layers-cost",
    ),
    Claim(
        "dropout-used",
        "so to reduce them dropout were used",
        "Dropout was used against overfitting.",
        "Last paragraph",
        "right",
        "cited",
        "That is what it was proposed for, and Network in Network says so too.",
        "instead-of-dense-layers",
        "dropout-the-first-remedy",
    ),
    Claim(
        "dropout-loses",
        "but it lead to information loss",
        "Dropout loses information.",
        "Last paragraph",
        "imprecise",
        "cited",
        "It sets activations to zero at random while a network is trained. When the network is "
        "used none is, and in the paper the weights are scaled to make up for it.",
        "instead-of-dense-layers",
        "dropout-the-first-remedy",
    ),
    Claim(
        "dense-lacks-1x1",
        "unique feature extraction in 1x1 was lacking in early FC layers",
        "Early fully connected layers lack what a 1×1 convolution extracts.",
        "Last paragraph",
        "imprecise",
        "computed",
        "Early ones have weights for all pixels, so a 1×1 is among what they can compute. On one "
        "pixel the two are the same operation.",
        "instead-of-dense-layers",
        "the-same-operation",
    ),
)
