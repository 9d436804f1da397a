"""Tests of conv1x1/audit.py: which printed numbers a computation confirms."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import exactly

from conv1x1.audit import Mismatch, mismatches

NAN, INF = float("nan"), float("inf")


def agrees(printed, computed, *decimals):
    """Say whether one printed number is confirmed."""
    return mismatches([printed], [computed], *decimals) == []


# Rounding


@pytest.mark.parametrize(
    ("printed", "computed", "decimals", "expected"),
    [
        pytest.param(4.6, 4.6, 1, True, id="equal"),
        pytest.param(0.6, 4.6, 1, False, id="the article's T[5,2]"),
        pytest.param(4.6, 4.64999, 1, True, id="just under half a unit above"),
        pytest.param(4.6, 4.65001, 1, False, id="just over half a unit above"),
        pytest.param(4.6, 4.55001, 1, True, id="just under half a unit below"),
        pytest.param(4.6, 4.54999, 1, False, id="just over half a unit below"),
        pytest.param(0.6, 0.65, 1, True, id="tie down"),
        pytest.param(0.7, 0.65, 1, True, id="tie up"),
        pytest.param(0.8, 0.65, 1, False, id="a unit and a half"),
        pytest.param(-0.6, -0.65, 1, True, id="negative tie"),
        pytest.param(-0.7, -0.65, 1, True, id="negative tie, other way"),
        pytest.param(-0.6, 0.6, 1, False, id="sign"),
        pytest.param(0.0, -0.0, 1, True, id="signed zero"),
        pytest.param(0.0, 0.05, 1, True, id="tie at zero"),
        pytest.param(0.0, 0.0500001, 1, False, id="above the tie at zero"),
        pytest.param(2.675, 2.67, 2, True, id="a printed tie"),
        pytest.param(0.67, 2 / 3, 2, True, id="two decimals"),
        pytest.param(0.66, 2 / 3, 2, False, id="cut off instead of rounded"),
        pytest.param(33, 33.5, 0, True, id="no decimals, tie"),
        pytest.param(34, 33.5, 0, True, id="no decimals, tie up"),
        pytest.param(33, 33.500001, 0, False, id="no decimals, above"),
        pytest.param(1200, 1249, -2, True, id="hundreds"),
        pytest.param(1200, 1250, -2, True, id="hundreds, tie"),
        pytest.param(1200, 1251, -2, False, id="hundreds, above"),
        pytest.param(0, 5, -1, True, id="tens, tie"),
        pytest.param(0, 5.01, -1, False, id="tens, above"),
        pytest.param(0.1, 0.1, 15, True, id="fifteen decimals"),
        pytest.param(0.1, 0.1 + 2e-15, 15, False, id="fifteen decimals, above"),
        pytest.param(1.0, 1.0, 400, True, id="more decimals than there are"),
        pytest.param(1.0, 1.0 + 1e-14, 400, False, id="more decimals than there are, above"),
        pytest.param(7, 1e300, -301, True, id="a unit larger than all"),
    ],
)
def test_half_a_unit(printed, computed, decimals, expected):
    """A number agrees within half a unit of its last printed digit; a tie goes either way."""
    assert agrees(printed, computed, decimals) is expected
    assert agrees(-printed, -computed, decimals) is expected


def test_one_decimal_by_default():
    """Without decimals, one decimal was printed."""
    assert agrees(0.6, 0.64)
    assert not agrees(0.6, 0.66)
    assert agrees(0.6, 0.66, 0)


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e6, 1e9])
def test_ties_survive_floating_point(scale):
    """A tie stays a tie where floating point has moved it off the half by a few roundings.

    Four neighbouring floats further it still is one, a thousand it is not.
    """
    tie = scale + 0.25
    near, far = tie, tie
    for _ in range(4):
        near = np.nextafter(near, INF)
    for _ in range(1000):
        far = np.nextafter(far, INF)
    assert agrees(tie - 0.05, tie, 1)
    assert agrees(near - 0.05, tie, 1)
    for step in (near, far):
        expected = step is near
        assert agrees(tie, step + 0.05, 1) is expected
        assert agrees(step + 0.05, tie, 1) is expected


@pytest.mark.parametrize("bigger", ["printed", "computed"])
def test_the_margin_follows_the_larger_number(bigger):
    """Rounding errors are those of the larger of the two, so the margin is too.

    At 20 decimals half a unit is nothing. The margin is 8 machine epsilons, 2**-49, of 2**49.
    """
    large, small = 2.0**49, 2.0**49 - 1
    pair = (large, small) if bigger == "printed" else (small, large)
    assert agrees(*pair, 20)
    large, small = 2.0**49, 2.0**49 - 1.0625
    pair = (large, small) if bigger == "printed" else (small, large)
    assert not agrees(*pair, 20)


@pytest.mark.parametrize("bigger", ["printed", "computed"])
@pytest.mark.parametrize(
    ("coarse", "fine", "digits"),
    [
        ("float16", "float64", 10),
        ("float32", "float64", 23),
        ("float32", "float16", 10),
        ("float32", "float32", 23),
        ("float32", "int64", 23),
        ("float64", "uint8", 52),
        ("float64", "float64", 52),
        ("longdouble", "longdouble", 52),
        ("object", "float64", 52),
        ("object", "object", 52),
        (">f8", "int8", 52),
    ],
)
def test_the_margin_follows_the_coarser_floats(coarse, fine, digits, bigger):
    """Ties are as far off as the coarser of the two dtypes takes them: by 8 of its epsilons.

    At 20 decimals half a unit is nothing. Between 1 and 2 an epsilon is 2**-digits.
    """
    one = np.ones(1, fine)
    for step, expected in ((0.5, True), (1.5, False)):
        other = np.array([1 + step * 8 * 2.0**-digits], float).astype(coarse)
        pair = (other, one) if bigger == "printed" else (one, other)
        assert (mismatches(*pair, 20) == []) is expected


def test_integers_have_no_margin():
    """Integers are exact, so that no difference between them is a rounding error."""
    assert not agrees(10**15 + 1, 10**15, 0)
    assert not agrees(np.int64(10**15), np.uint64(10**15 + 1), 0)
    assert agrees(10**15 + 1, 1e15, 0)


@given(st.floats(-1e6, 1e6), st.integers(-3, 8))
def test_rounding_never_mismatches(value, decimals):
    """A number rounded to some decimals agrees at those decimals, and at fewer."""
    printed = round(value, decimals)
    assert agrees(printed, value, decimals)
    assert agrees(printed, value, decimals - 1)


@given(
    st.floats(-1e6, 1e6),
    st.integers(-3, 6),
    st.floats(1.0, 1e6, exclude_min=True),
    st.sampled_from([-1, 1]),
)
def test_a_unit_off_always_mismatches(value, decimals, units, sign):
    """A rounded number moved by a unit or more agrees no longer."""
    printed = round(value, decimals) + sign * units * 10.0**-decimals
    assert mismatches([printed], [value], decimals) == [Mismatch((0,), printed, value)]


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=5), st.integers(0, 3))
def test_it_is_symmetric(values, decimals):
    """Which of the two was printed does not matter for whether they agree."""
    printed = [value + 0.05 for value in values]
    there = mismatches(printed, values, decimals)
    back = mismatches(values, printed, decimals)
    assert [(m.index, m.computed, m.printed) for m in there] == [tuple(m) for m in back]


def test_nan_agrees_with_nothing():
    """NaN is a mismatch against a number, against itself, and on either side."""
    found = mismatches([NAN, 1.0, NAN], [1.0, NAN, NAN])
    assert [mismatch.index for mismatch in found] == [(0,), (1,), (2,)]
    assert np.isnan(found[0].printed)
    assert found[0].computed == found[1].printed == 1.0


# What is listed


def test_a_mismatch():
    """A mismatch is a tuple of its place and the two numbers, by these names."""
    mismatch = Mismatch((5, 2), 0.6, 4.6)
    assert mismatch == ((5, 2), 0.6, 4.6)
    assert (mismatch.index, mismatch.printed, mismatch.computed) == ((5, 2), 0.6, 4.6)
    assert repr(mismatch) == "Mismatch(index=(5, 2), printed=0.6, computed=4.6)"


def test_order_and_types():
    """Mismatches come in the order of the array, in Python's own types, not rounded."""
    computed = np.array([[1.23456, 2], [3, 4]], np.float64)
    printed = np.array([[9, 2], [8, 7]])
    found = mismatches(printed, computed)
    assert found == [((0, 0), 9, 1.23456), ((1, 0), 8, 3), ((1, 1), 7, 4)]
    for mismatch in found:
        assert isinstance(mismatch, Mismatch)
        assert type(mismatch.index) is tuple
        assert {type(i) for i in mismatch.index} == {int}
        assert type(mismatch.printed) is type(mismatch.computed) is float


@pytest.mark.parametrize(
    ("printed", "computed", "found"),
    [
        pytest.param(1.5, 1.5, [], id="numbers agree"),
        pytest.param(1.5, 1.4, [((), 1.5, 1.4)], id="numbers"),
        pytest.param([], [], [], id="empty"),
        pytest.param(np.empty((2, 0)), np.empty((2, 0)), [], id="empty rows"),
        pytest.param([[[1, 2]]], [[[1, 3]]], [((0, 0, 1), 2, 3)], id="three axes"),
        pytest.param((1, 2), np.array([1, 9]), [((1,), 2, 9)], id="tuple and array"),
        pytest.param([True, False], [1, 1], [((1,), 0, 1)], id="booleans are 0 and 1"),
        pytest.param(
            np.array([250, 7], np.uint8),
            np.array([7, 250], np.uint8),
            [((0,), 250, 7), ((1,), 7, 250)],
            id="unsigned integers do not wrap",
        ),
        pytest.param(
            np.array([1.5, 2.5], np.float32), [1.5, 2.75], [((1,), 2.5, 2.75)], id="float32"
        ),
        pytest.param(
            [Fraction(1, 3), Fraction(2, 3)], [0.333, 0.5], [((1,), 2 / 3, 0.5)], id="Fraction"
        ),
        pytest.param(
            [Decimal("1.1"), Decimal("0.6")], [1.1, 4.6], [((1,), 0.6, 4.6)], id="Decimal"
        ),
        pytest.param([10**20, 1], [10**20, 2], [((1,), 1, 2)], id="integers without a dtype"),
    ],
)
def test_kinds_of_input(printed, computed, found):
    """Real numbers of any kind, in arrays, lists or alone, are compared entry by entry."""
    assert mismatches(printed, computed) == found


def test_decimals_may_be_a_numpy_integer():
    """A NumPy integer is an integer, unsigned ones included."""
    assert agrees(0.67, 2 / 3, np.int64(2))
    assert not agrees(0.66, 2 / 3, np.uint8(2))


def test_inputs_are_not_written_to():
    """The two arrays stay what they were."""
    printed, computed = np.array([1.0, 2.0]), np.array([1.0, 3.0])
    mismatches(printed, computed)
    assert (printed.tolist(), computed.tolist()) == ([1.0, 2.0], [1.0, 3.0])


# What is refused


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        pytest.param(
            ([1, 2], [1, 2, 3]),
            ValueError,
            "printed and computed must have the same shape; got (2,) and (3,)",
            id="length",
        ),
        pytest.param(
            ([[1, 2]], [1, 2]),
            ValueError,
            "printed and computed must have the same shape; got (1, 2) and (2,)",
            id="axes",
        ),
        pytest.param(
            ([1, 1], 1),
            ValueError,
            "printed and computed must have the same shape; got (2,) and ()",
            id="would broadcast",
        ),
        pytest.param(
            (["1.0"], [1.0]), TypeError, "printed must hold real numbers; got dtype <U3", id="text"
        ),
        pytest.param(
            ([1.0], "1.0"), TypeError, "computed must hold real numbers; got dtype <U3", id="a text"
        ),
        pytest.param(
            ([1.0], [b"1"]), TypeError, "computed must hold real numbers; got dtype |S1", id="bytes"
        ),
        pytest.param(
            ([1j], [1.0]),
            TypeError,
            "printed must hold real numbers; got dtype complex128",
            id="complex",
        ),
        pytest.param(
            ([1.0], np.zeros(1, "M8[s]")),
            TypeError,
            "computed must hold real numbers; got dtype datetime64[s]",
            id="dates",
        ),
        pytest.param(
            ([1.0], np.zeros(1, "m8[s]")),
            TypeError,
            "computed must hold real numbers; got dtype timedelta64[s]",
            id="times",
        ),
        pytest.param(
            (np.array(["a lot of text", 1] * 5, object), [1.0]),
            TypeError,
            "printed must hold real numbers; got array(['a lot of text', 1, 'a lot of text', 1, "
            "'a lot of tex",
            id="object text",
        ),
        pytest.param(
            ([1.0], [{}]), TypeError, "computed must hold real numbers; got [{}]", id="dictionary"
        ),
        pytest.param(
            ([1.0, 2.0], np.array([Fraction(1), 1j], object)),
            TypeError,
            "computed must hold real numbers; got array([Fraction(1, 1), 1j], dtype=object)",
            id="object complex",
        ),
        pytest.param(
            ([[1], [1, 2]], [1.0]),
            ValueError,
            "printed must be an array, or lists that make one; got [[1], [1, 2]]",
            id="ragged lists",
        ),
        pytest.param(
            ([1.0], [[1, 2]] * 9 + [[1]]),
            ValueError,
            "computed must be an array, or lists that make one; got [[1, 2], [1, 2], [1, 2], "
            "[1, 2], [1, 2], [1, 2], [1, 2], [1,",
            id="long ragged lists",
        ),
        pytest.param(
            ([1.0], np.ma.masked_array([1.0], mask=True)),
            TypeError,
            "computed must not be masked; got a masked array",
            id="masked",
        ),
        pytest.param(
            ([1], [1], 1.0), TypeError, "decimals must be an integer; got 1.0", id="float"
        ),
        pytest.param(
            ([1], [1], "1"), TypeError, "decimals must be an integer; got '1'", id="decimals text"
        ),
        pytest.param(
            ([1], [1], None), TypeError, "decimals must be an integer; got None", id="decimals None"
        ),
    ],
)
def test_bad_input(arguments, error, message):
    """What cannot be compared is refused with the argument, the rule and what was received."""
    with pytest.raises(error, match=exactly(f"mismatches: {message}")):
        mismatches(*arguments)


@pytest.mark.parametrize("number", [1.0, 0.0, -INF, NAN])
def test_infinity_agrees_with_itself_alone(number):
    """An infinity, printed or computed, agrees with the same infinity and nothing else."""
    assert agrees(INF, INF)
    assert agrees(-INF, -INF)
    assert not agrees(INF, number)
    assert not agrees(number, INF)


@pytest.mark.parametrize("values", [[None], ["1.5"], [b"1"], [10**400]])
def test_what_is_no_real_number_is_refused(values):
    """None, text and numbers too large for a float raise instead of being read as something."""
    with pytest.raises(TypeError, match=r"mismatches: printed must hold real numbers; got"):
        mismatches(np.array(values, dtype=object), np.array([1.0]))


def test_decimals_may_be_far_below_zero():
    """A number of decimals that no float has rounds everything away."""
    assert agrees(1e300, 0.0, -400)


def test_a_difference_too_large_for_a_float_is_a_mismatch():
    """Two numbers whose difference overflows do not agree, and nothing is warned of."""
    assert not agrees(1.7e308, -1.7e308)
