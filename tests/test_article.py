"""Tests of conv1x1/article.py: every number that the source article prints, and every claim."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from strategies import assert_same

from conv1x1 import article, conv1x1
from conv1x1.article import CLAIMS, KERNEL, MAPS, PRINTED_T, Claim, digit_2, digit_3
from conv1x1.audit import Mismatch, mismatches

ROOT = Path(__file__).parents[1]

# As the article's LaTeX has them, and typed from there, not from the package.
PRINTED_MAPS = """
1&2&3&2&2&3  3&2&4&3&2&2  1&2&3&3&2&2
4&5&6&2&2&3  3&2&4&3&2&2  3&2&4&3&2&2
2&1&7&2&1&3  1&2&3&3&2&2  3&2&4&3&2&2
3&2&4&2&2&3  4&5&6&3&2&2  4&5&6&3&2&2
3&2&4&2&2&3  3&2&4&3&2&2  3&2&4&3&2&2
3&2&4&2&2&3  2&1&7&2&1&3  2&1&7&2&1&3
"""
OUTPUT_T = """
1.1&1.4&2.3&2.0&1.4&1.5
2.2&1.7&3.0&2.0&1.4&1.5
1.6&1.3&2.9&2.0&1.3&1.5
2.7&3.2&4.0&2.0&1.4&1.5
2.1&1.4&2.8&2.0&1.4&1.5
1.5&0.8&0.6&1.4&0.8&2.1
"""
FIRST = "a&a&a 0&0&0 a&a&a 0&0&0 a&a&a"
SECOND_OF_2 = "0&0&0 0&0&b 0&0&0 b&0&0 0&0&0"
SECOND_OF_3 = "0&0&0 0&0&b 0&0&0 0&0&b 0&0&0"
DIGITS = [
    pytest.param(digit_2, SECOND_OF_2, id="2"),
    pytest.param(digit_3, SECOND_OF_3, id="3"),
]

PAGES = {
    "index",
    "why-1x1",
    "origins",
    "two-maps-to-one",
    "three-maps-to-one",
    "ten-maps-to-four",
    "fewer-channels",
    "more-filters",
    "instead-of-dense-layers",
    "learned-weights",
    "mixing-colours",
    "misconceptions",
    "errata",
    "verification",
    "glossary",
    "api",
    "references",
}


def parse(matrix, entry):
    """Read a matrix as LaTeX separates it."""
    return [[entry(text) for text in row.split("&")] for row in matrix.split()]


# The arrays


def test_maps():
    """The three maps hold the 108 integers that the article prints."""
    columns = [line.split() for line in PRINTED_MAPS.strip().splitlines()]
    expected = [[[int(text) for text in row[k].split("&")] for row in columns] for k in range(3)]
    assert MAPS.shape == (3, 6, 6)
    assert MAPS.dtype == int
    assert MAPS.tolist() == expected


def test_kernel():
    """One filter of three weights."""
    assert KERNEL.dtype == float
    assert KERNEL.tolist() == [[0.1, 0.2, 0.4]]


def test_printed_t():
    """T holds the 36 numbers that the article prints, the wrong one included."""
    assert PRINTED_T.dtype == float
    assert PRINTED_T.tolist() == parse(OUTPUT_T, float)
    assert PRINTED_T[5, 2] == 0.6


def test_t_is_computed_but_for_one_entry():
    """The convolution of the maps is the printed T, except in row 5, column 2."""
    computed = conv1x1(MAPS, KERNEL)
    assert computed.shape == (1, 6, 6)
    exact = conv1x1(MAPS.astype(object), np.array([[Fraction(n, 10) for n in (1, 2, 4)]]))
    printed = [[Fraction(text) for text in row] for row in parse(OUTPUT_T, str)]
    wrong = np.argwhere(exact[0] != np.array(printed)).tolist()
    assert wrong == [[5, 2]]
    assert exact[0, 5, 2] == Fraction("4.6")
    assert mismatches(PRINTED_T, computed[0].round(9)) == [Mismatch((5, 2), 0.6, 4.6)]


# The digits


@pytest.mark.parametrize(("digit", "second"), DIGITS)
@pytest.mark.parametrize(
    ("a", "b", "dtype"),
    [(1, 2, int), (0.5, 3.0, float), (1, 0.5, float), (1j, 1, complex), (0, 0, int)],
)
def test_digits_of_numbers(digit, second, a, b, dtype):
    """The two maps of a digit hold a and b where the article has them, and 0 elsewhere."""
    values = {"a": a, "b": b, "0": 0}
    expected = [parse(matrix, values.get) for matrix in (FIRST, second)]
    assert_same(digit(a, b), np.array(expected, dtype))


@pytest.mark.parametrize(("digit", "second"), DIGITS)
def test_digits_of_symbols(digit, second):
    """Symbols make an object array that holds these very symbols, and the integer 0 elsewhere."""

    class Symbol:
        pass

    a, b = Symbol(), Symbol()
    values = {"a": a, "b": b, "0": 0}
    maps = digit(a, b)
    assert (maps.shape, maps.dtype) == ((2, 5, 3), object)
    assert maps.tolist() == [parse(matrix, values.get) for matrix in (FIRST, second)]
    assert {type(entry) for entry in maps.flat} == {int, Symbol}


@pytest.mark.parametrize(("digit", "second"), DIGITS)
def test_digits_add_up_exactly(digit, second):
    """The sum of the two maps is a 1×1 convolution with the weights 1 and 1, exact in fractions."""
    a, b = Fraction(1, 3), Fraction(1, 7)
    maps = digit(a, b)
    total = conv1x1(maps, np.array([[1, 1]]))[0]
    values = {"a": a, "b": b, "0": 0}
    first, other = (np.array(parse(matrix, values.get), object) for matrix in (FIRST, second))
    assert_same(total, first + other)


@pytest.mark.parametrize(("digit", "second"), DIGITS)
def test_digits_of_large_integers(digit, second):
    """An integer that fits no dtype is held by an object array, in either map."""
    values = {"a": 2**70, "b": 2**71, "0": 0}
    expected = [parse(matrix, values.get) for matrix in (FIRST, second)]
    assert_same(digit(2**70, 2**71), np.array(expected, object))


def test_digits_mix_numbers_and_symbols():
    """One symbol makes both maps objects."""
    maps = digit_2(1, Fraction(1, 2))
    assert maps.dtype == object
    assert (maps[0, 0, 0], maps[1, 1, 2]) == (1, Fraction(1, 2))


def test_the_telling_pixels():
    """The digits differ in two pixels: (3,0) holds b for the 2, (3,2) for the 3."""
    two, three = digit_2(1, 2).sum(axis=0), digit_3(1, 2).sum(axis=0)
    assert np.argwhere(two != three).tolist() == [[3, 0], [3, 2]]
    assert (two[3, 0], two[3, 2]) == (2, 0)
    assert (three[3, 0], three[3, 2]) == (0, 2)


def test_digits_are_new_arrays():
    """Writing into a digit leaves the next one as it was."""
    digit_2(1, 2)[:] = 7
    assert digit_2(1, 2).max() == 2


# The claims

RIGHT, WRONG, IMPRECISE = "right", "wrong", "imprecise"
EXPECTED = [
    ("across-channels", "Reason", RIGHT, "three-maps-to-one"),
    ("receptive-field", "Reason", WRONG, "why-1x1"),
    ("cheaper", "Reason", RIGHT, "why-1x1"),
    ("fewer-maps", "Reason", RIGHT, "fewer-channels"),
    ("origins", "Origin", RIGHT, "origins"),
    ("same-input-size", "Origin", RIGHT, "three-maps-to-one"),
    ("same-output-size", "Origin", RIGHT, "ten-maps-to-four"),
    ("two-to-one", "Naive view", RIGHT, "two-maps-to-one"),
    ("second-caption", "Naive view", WRONG, "two-maps-to-one"),
    ("telling-pixel", "Naive view", WRONG, "two-maps-to-one"),
    ("gives-intelligence", "Naive view", IMPRECISE, "two-maps-to-one"),
    ("ignores-neighbours", "Naive view", RIGHT, "why-1x1"),
    ("each-with-each", "Naive view", WRONG, "two-maps-to-one"),
    ("four-maps", "Naive view", RIGHT, "two-maps-to-one"),
    ("unique-part", "Naive view", IMPRECISE, "two-maps-to-one"),
    ("ten-to-four", "Advanced view", RIGHT, "ten-maps-to-four"),
    ("fifty-to-twenty", "Process of dimensionality reduction", RIGHT, "fewer-channels"),
    ("one-filter-one-map", "Process of dimensionality reduction", RIGHT, "more-filters"),
    ("six-to-five", "Math view", WRONG, "three-maps-to-one"),
    ("kernel-depth", "Math view", IMPRECISE, "more-filters"),
    ("shapes-in-numbers", "Math view", RIGHT, "three-maps-to-one"),
    ("shapes-in-letters", "Math view", WRONG, "ten-maps-to-four"),
    ("t-0-0", "Output", RIGHT, "three-maps-to-one"),
    ("t-1-0", "Output", RIGHT, "three-maps-to-one"),
    ("t-5-2", "Output", WRONG, "three-maps-to-one"),
    ("t-others", "Output", RIGHT, "three-maps-to-one"),
    ("deeper-network", "Depth criteria", WRONG, "more-filters"),
    ("k-filters-k-maps", "Depth criteria", RIGHT, "more-filters"),
    ("dense-overfits", "Last paragraph", IMPRECISE, "instead-of-dense-layers"),
    ("dropout-loses", "Last paragraph", IMPRECISE, "instead-of-dense-layers"),
    ("dense-lacks-1x1", "Last paragraph", WRONG, "instead-of-dense-layers"),
]


def test_claims():
    """The claims, each with its place, its verdict and its page, in the article's order."""
    found = [(claim.key, claim.where, claim.verdict, claim.page) for claim in CLAIMS]
    assert found == EXPECTED


def test_claims_are_named_once():
    """A key names one claim."""
    assert len({claim.key for claim in CLAIMS}) == len(CLAIMS)
    assert len({claim.what for claim in CLAIMS}) == len(CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.key)
def test_claim(claim):
    """A claim is two sentences, a verdict among three, and a page that exists."""
    assert isinstance(claim, Claim)
    assert claim.verdict in {"right", "wrong", "imprecise"}
    assert claim.page in PAGES
    for sentence in (claim.what, claim.instead):
        assert sentence == sentence.strip()
        assert sentence.endswith(".")
        assert not sentence[0].islower()
        assert sentence != sentence.upper() or not any(map(str.isalpha, sentence))
    assert claim.what != claim.instead


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.key)
def test_errata_shows_every_claim(claim):
    """The page of errata pins each claim word for word, in a row of its own."""
    row = f"{claim.what} *({claim.where})*  **{claim.verdict}**  {claim.instead} "
    row += f"[Shown here]({claim.page}.md)."
    lines = (ROOT / "docs" / "errata.md").read_text(encoding="utf-8").splitlines()
    assert [" ".join(line.split()) for line in lines].count(" ".join(row.split())) == 1


@pytest.mark.parametrize(("row", "column"), [(0, 0), (1, 0), (5, 2)])
def test_claims_about_t_spell_the_sum(row, column):
    """What is said of an entry of T is its weighted sum, term by term, and the printed number."""
    (claim,) = [claim for claim in CLAIMS if claim.key == f"t-{row}-{column}"]
    terms = [f"{w}·{v}" for w, v in zip(KERNEL[0], MAPS[:, row, column], strict=True)]
    assert claim.instead.endswith(" + ".join(terms) + ".")
    assert claim.what == f"T[{row},{column}] is {PRINTED_T[row, column]}."


def test_the_other_entries_are_counted():
    """Of the 36 entries of T, one is wrong; the claim about the others says how many they are."""
    (claim,) = [claim for claim in CLAIMS if claim.key == "t-others"]
    assert claim.instead == f"{PRINTED_T.size - 1} of the {PRINTED_T.size} entries are right."


def test_sphinx_takes_no_first_line_for_a_type():
    """In the first line of a ``#:`` comment, what is before a colon would be shown as a type."""
    source = Path(article.__file__).read_text(encoding="utf-8")
    first = re.findall(r"\n\n#: (.*)", source)
    assert len(first) == 4
    assert [line for line in first if ": " in line] == []


def test_public_names():
    """The names of the contract are there."""
    assert set(article.__all__) >= {
        "CLAIMS",
        "KERNEL",
        "MAPS",
        "PRINTED_T",
        "digit_2",
        "digit_3",
    }
