"""Tests of conv1x1/article.py: every number that the source article prints, and every claim."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from myst_nb.core.read import read_myst_markdown_notebook
from strategies import assert_same

from conv1x1 import article, conv1x1
from conv1x1.article import CLAIMS, KERNEL, MAPS, PRINTED_T, Claim, digit_2, digit_3
from conv1x1.audit import Mismatch, mismatches

ERRATA = Path(__file__).parents[1] / "docs" / "errata.md"

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
SUM_OF_2 = "a&a&a 0&0&b a&a&a b&0&0 a&a&a"
SUM_OF_3 = "a&a&a 0&0&b a&a&a 0&0&b a&a&a"
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


# The drawings


@pytest.mark.parametrize(
    ("drawn", "digit", "printed"),
    [(article.DRAWN_2, digit_2, SUM_OF_2), (article.DRAWN_3, digit_3, SUM_OF_3)],
    ids=["2", "3"],
)
def test_drawings(drawn, digit, printed):
    """A digit has strokes where its printed sum has letters, and so have its maps, added up."""
    letters = [[{"-": "a", "|": "b", " ": "0"}[mark] for mark in row] for row in drawn]
    assert letters == parse(printed, str)
    values = {"a": 1, "b": 2, "0": 0}
    assert digit(1, 2).sum(axis=0).tolist() == parse(printed, values.get)


# The claims

RIGHT, WRONG, IMPRECISE = "right", "wrong", "imprecise"
COMPUTED, CITED, ARGUED = "computed", "cited", "argued"
EXPECTED = [
    ("across-channels", "Reason", RIGHT, COMPUTED, "three-maps-to-one"),
    ("deeper-insight", "Reason", IMPRECISE, ARGUED, "two-maps-to-one"),
    ("receptive-field", "Reason", WRONG, COMPUTED, "why-1x1"),
    ("fewer-maps", "Reason", RIGHT, COMPUTED, "fewer-channels"),
    ("cheaper", "Reason", RIGHT, COMPUTED, "why-1x1"),
    ("origins", "Origin", RIGHT, CITED, "origins"),
    ("same-input-size", "Origin", RIGHT, COMPUTED, "three-maps-to-one"),
    ("same-output-size", "Origin", RIGHT, COMPUTED, "ten-maps-to-four"),
    ("among-maps", "Origin", RIGHT, COMPUTED, "ten-maps-to-four"),
    ("learns", "Origin", RIGHT, COMPUTED, "learned-weights"),
    ("stacked-field", "Origin", WRONG, COMPUTED, "why-1x1"),
    ("two-to-one", "Naive view", RIGHT, COMPUTED, "two-maps-to-one"),
    ("drawn-digits", "Naive view", RIGHT, COMPUTED, "two-maps-to-one"),
    ("maps-of-2", "Naive view", RIGHT, COMPUTED, "two-maps-to-one"),
    ("maps-of-3", "Naive view", RIGHT, COMPUTED, "two-maps-to-one"),
    ("positions", "Naive view", RIGHT, COMPUTED, "two-maps-to-one"),
    ("sum-of-2", "Naive view", RIGHT, COMPUTED, "two-maps-to-one"),
    ("sum-of-3", "Naive view", RIGHT, COMPUTED, "two-maps-to-one"),
    ("second-caption", "Naive view", WRONG, COMPUTED, "two-maps-to-one"),
    ("gives-intelligence", "Naive view", IMPRECISE, COMPUTED, "two-maps-to-one"),
    ("telling-pixel", "Naive view", WRONG, COMPUTED, "two-maps-to-one"),
    ("ignores-neighbours", "Naive view", RIGHT, COMPUTED, "why-1x1"),
    ("each-with-each", "Naive view", IMPRECISE, COMPUTED, "two-maps-to-one"),
    ("four-maps", "Naive view", RIGHT, COMPUTED, "two-maps-to-one"),
    ("unique-part", "Naive view", RIGHT, COMPUTED, "two-maps-to-one"),
    ("ten-to-four", "Advanced view", RIGHT, COMPUTED, "ten-maps-to-four"),
    ("fifty-to-twenty", "Process of dimensionality reduction", RIGHT, COMPUTED, "fewer-channels"),
    ("fifty-to-one", "Process of dimensionality reduction", RIGHT, COMPUTED, "more-filters"),
    (
        "kernel-in-numbers",
        "Process of dimensionality reduction",
        RIGHT,
        COMPUTED,
        "ten-maps-to-four",
    ),
    ("one-filter-one-map", "Process of dimensionality reduction", RIGHT, COMPUTED, "more-filters"),
    ("three-to-one", "Math view", RIGHT, COMPUTED, "three-maps-to-one"),
    ("six-to-five", "Math view", WRONG, COMPUTED, "three-maps-to-one"),
    ("three-matrices", "Math view", RIGHT, COMPUTED, "three-maps-to-one"),
    ("kernel-depth", "Math view", RIGHT, COMPUTED, "more-filters"),
    ("shapes-in-numbers", "Math view", RIGHT, COMPUTED, "three-maps-to-one"),
    ("shapes-in-letters", "Math view", IMPRECISE, COMPUTED, "ten-maps-to-four"),
    ("legend", "Math view", RIGHT, ARGUED, "more-filters"),
    ("t-0-0", "Output", RIGHT, COMPUTED, "three-maps-to-one"),
    ("t-1-0", "Output", RIGHT, COMPUTED, "three-maps-to-one"),
    ("t-others", "Output", RIGHT, COMPUTED, "three-maps-to-one"),
    ("t-5-2", "Output", WRONG, COMPUTED, "three-maps-to-one"),
    ("more-depth", "Depth criteria", RIGHT, COMPUTED, "more-filters"),
    ("deeper-network", "Depth criteria", WRONG, COMPUTED, "more-filters"),
    ("perceives-more", "Depth criteria", IMPRECISE, ARGUED, "why-1x1"),
    ("k-filters-k-maps", "Depth criteria", RIGHT, COMPUTED, "more-filters"),
    ("dense-overfits", "Last paragraph", IMPRECISE, CITED, "instead-of-dense-layers"),
    ("dropout-used", "Last paragraph", RIGHT, CITED, "instead-of-dense-layers"),
    ("dropout-loses", "Last paragraph", IMPRECISE, CITED, "instead-of-dense-layers"),
    ("dense-lacks-1x1", "Last paragraph", IMPRECISE, COMPUTED, "instead-of-dense-layers"),
]


def test_claims():
    """The claims, each with its place, verdict, basis and page, in the article's order."""
    found = [(c.key, c.where, c.verdict, c.basis, c.page) for c in CLAIMS]
    assert found == EXPECTED


def test_slips():
    """A slip is wrong, and the article has it right elsewhere: two captions, two numbers."""
    slips = {claim.key for claim in CLAIMS if claim.slip}
    assert slips == {"second-caption", "telling-pixel", "six-to-five", "t-5-2"}
    assert {claim.verdict for claim in CLAIMS if claim.slip} == {WRONG}


def test_claims_are_named_once():
    """A key names one claim."""
    assert len({claim.key for claim in CLAIMS}) == len(CLAIMS)
    assert len({claim.what for claim in CLAIMS}) == len(CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.key)
def test_claim(claim):
    """A claim is a quotation and two sentences, a verdict and its basis, and a page's section."""
    assert isinstance(claim, Claim)
    assert claim.verdict in {RIGHT, WRONG, IMPRECISE}
    assert claim.basis in {COMPUTED, CITED, ARGUED}
    assert claim.page in PAGES
    assert re.fullmatch(r"[a-z\d]+(-[a-z\d]+)*", claim.section)
    assert claim.quote == " ".join(claim.quote.split())
    assert 2 <= len(claim.quote.split()) <= 20
    for sentence in (claim.what, claim.instead):
        assert sentence == sentence.strip()
        assert sentence.endswith(".")
        assert not sentence[0].islower()
        assert sentence != sentence.upper() or not any(map(str.isalpha, sentence))
    assert claim.what != claim.instead


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.key)
def test_errata_shows_every_claim(claim):
    """The page of errata pins each claim word for word, in a row of its own."""
    row = f"{claim.what} “{claim.quote}”  **{claim.verdict}**"
    row += f"{', a slip' if claim.slip else ''}; {claim.basis}  {claim.instead} "
    row += f"[Shown here]({claim.page}.md#{claim.section})."
    lines = ERRATA.read_text(encoding="utf-8").splitlines()
    assert [" ".join(line.split()) for line in lines].count(" ".join(row.split())) == 1


@pytest.fixture(scope="module")
def evidence():
    """What the page of errata computes: for each claim, what its check says, and the control."""
    names = {}
    notebook = read_myst_markdown_notebook(ERRATA.read_text(encoding="utf-8"))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    return names["evidence"]


def test_every_computed_verdict_has_evidence(evidence):
    """A claim has a check on the page exactly where its verdict counts as computed."""
    assert set(evidence) == {claim.key for claim in CLAIMS if claim.basis == COMPUTED}


@pytest.mark.parametrize(
    "claim", [c for c in CLAIMS if c.basis == COMPUTED], ids=lambda claim: claim.key
)
def test_every_check_has_a_control(evidence, claim):
    """The check says yes where the verdict is right, and the other thing for its control."""
    right = claim.verdict == RIGHT
    assert evidence[claim.key] == (right, not right)


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
    assert len(first) == 6
    assert [line for line in first if ": " in line] == []


def test_public_names():
    """The names of the contract are there."""
    assert set(article.__all__) >= {
        "CLAIMS",
        "DRAWN_2",
        "DRAWN_3",
        "KERNEL",
        "MAPS",
        "PRINTED_T",
        "digit_2",
        "digit_3",
    }
