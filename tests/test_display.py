"""Tests of conv1x1/display.py: every form of a matrix, an equation, a table and a sum."""

from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from strategies import exactly

from conv1x1.display import Equation, Matrix, Table, weighted_sum

NAN, INF = float("nan"), float("inf")


class Symbol:
    """A symbol with nothing but a name."""

    def __init__(self, name):
        self.name = name

    def __str__(self):
        return self.name


class Parsed(HTMLParser):
    """Parse HTML, insist that every tag is closed in order, and keep the text by its tags."""

    def __init__(self, html):
        super().__init__()
        self.stack, self.texts, self.tags = [], [], []
        self.feed(html)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag, attrs):
        self.stack.append(tag)
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        self.texts.append(("/".join(self.stack), data))


# Matrix, as text


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        pytest.param([[1, 2], [3, 4]], {}, "1  2\n3  4", id="integers"),
        pytest.param([[1, -20], [300, 4]], {}, "  1  -20\n300    4", id="aligned to the right"),
        pytest.param([[1, 2.5], [10, 0]], {}, " 1.0  2.5\n10.0  0.0", id="the same decimals"),
        pytest.param([[1.0, 2.0]], {}, "1.0  2.0", id="whole floats keep one decimal"),
        pytest.param([[1.25, 2.0]], {}, "1.25  2.00", id="two decimals where needed"),
        pytest.param([[1.125, 2.0]], {}, "1.125  2.000", id="three"),
        pytest.param([[1.0625, 2.0]], {}, "1.0625  2.0000", id="four"),
        pytest.param([[1 / 3, 2 / 3]], {}, "0.3333  0.6667", id="four at most"),
        pytest.param([[0.1 + 0.2, 0.3]], {}, "0.3  0.3", id="rounding errors are not shown"),
        pytest.param([[0.3 + 9e-10]], {}, "0.3", id="nor what is below 1e-9"),
        pytest.param([[0.3 + 2e-9]], {}, "0.3000", id="what is above may be more"),
        pytest.param([[1e6 + 0.001]], {}, "1000000.001", id="large numbers keep their decimals"),
        pytest.param([[-0.04, 0.04]], {"decimals": 1}, "0.0  0.0", id="no negative zero"),
        pytest.param([[-0.0, 1.5]], {}, "0.0  1.5", id="no negative zero from the start"),
        pytest.param([[-1.5, 1.5]], {}, "-1.5  1.5", id="negative"),
        pytest.param([[1.26, 2]], {"decimals": 1}, "1.3  2.0", id="decimals asked for"),
        pytest.param([[1.5, 2.6]], {"decimals": 0}, "2  3", id="no decimals"),
        pytest.param([[1.5]], {"decimals": 6}, "1.500000", id="more decimals than needed"),
        pytest.param([[1, 2]], {"decimals": 2}, "1  2", id="integers have none"),
        pytest.param([[1.5, NAN, INF, -INF]], {}, "1.5  nan  inf  -inf", id="not finite"),
        pytest.param(np.array([[0.1, 0.25]], np.float32), {}, "0.10  0.25", id="float32"),
        pytest.param(
            np.array([[6000, 1 / 3]], np.float16), {}, "6000.0000  0.3333", id="large float16"
        ),
        pytest.param(
            np.array([[0, 1.5, -1e-7]], np.float16),
            {"decimals": 5},
            "0.00000  1.50000  0.00000",
            id="more decimals than float16 has",
        ),
        pytest.param([[1e308]], {"decimals": 1}, f"{int(1e308)}.0", id="the largest numbers"),
        pytest.param([[0.15, 0.35, 2.5]], {"decimals": 1}, "0.2  0.4  2.5", id="ties"),
        pytest.param([1, 2, 3], {}, "1  2  3", id="one axis is a row"),
        pytest.param(7, {}, "7", id="a number is a matrix"),
        pytest.param([[1 + 2j]], {}, "(1+2j)", id="complex"),
        pytest.param([[True, False]], {}, "True  False", id="booleans"),
        pytest.param([["a", "0"]], {}, "a  0", id="text"),
        pytest.param([[Fraction(1, 3), 2]], {}, "1/3  2", id="fractions"),
        pytest.param([[Decimal("1.10"), 0]], {}, "1.10  0", id="decimal numbers"),
        pytest.param([[Symbol("a+b"), 0]], {}, "a+b  0", id="symbols"),
        pytest.param([[1, 2]], {"name": "A"}, "A\n1  2", id="name"),
        pytest.param([[1]], {"name": "a long name"}, "a long name\n1", id="long name"),
        pytest.param([], {}, "", id="nothing"),
        pytest.param(np.zeros((0, 2)), {"name": "E"}, "E", id="no rows"),
        pytest.param(
            [[1, 20], [3, 4]],
            {"highlight": [(1, 0)]},
            " 1   20\n[3]   4\nmarked: [1,0] = 3",
            id="one marked",
        ),
        pytest.param(
            [[1.0, 20.5], [3, 4]],
            {"name": "T", "highlight": [(0, 1), (1, 1)]},
            "T\n 1.0  [20.5]\n 3.0   [4.0]\nmarked: T[0,1] = 20.5, T[1,1] = 4.0",
            id="two marked",
        ),
        pytest.param(
            [[5]],
            {"name": "map 1", "highlight": [(0, 0)]},
            "map 1\n[5]\nmarked: [0,0] = 5",
            id="a name of two words stands before no index",
        ),
    ],
)
def test_matrix_text(values, options, expected):
    """Columns are aligned, floats share their decimals, and marked entries are told in words."""
    matrix = Matrix(values, **options)
    assert matrix.to_text() == expected
    assert str(matrix) == repr(matrix) == expected


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), min_size=1, max_size=4))
def test_matrix_text_is_aligned(values):
    """Every row is as wide as the others, and reads back as the values, to four decimals."""
    lines = Matrix(values).to_text().splitlines()
    assert len({len(line) for line in lines}) == 1
    read = [[float(text) for text in line.split()] for line in lines]
    np.testing.assert_allclose(read, values, rtol=0, atol=0.5e-4 + 1e-9)


def test_matrix_keeps_what_it_was_given():
    """The shape, the name, the cells and the marked indices can be read."""
    matrix = Matrix([[1, 2.5]], name="A", highlight=iter([(np.int64(0), 1)]))
    assert (matrix.shape, matrix.name) == ((1, 2), "A")
    assert matrix.cells == [["1.0", "2.5"]]
    assert matrix.highlight == [(0, 1)]
    assert matrix.marked == "marked: A[0,1] = 2.5"


def test_matrix_defaults():
    """Without options there is no name and nothing is marked."""
    matrix = Matrix([[1]])
    assert (matrix.name, matrix.highlight, matrix.marked) == ("", [], "")


def test_matrix_does_not_write_to_its_values():
    """Rounding happens to a copy."""
    values = np.array([[1.26]])
    Matrix(values, decimals=1)
    assert values.tolist() == [[1.26]]


# Matrix, as LaTeX and HTML


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        pytest.param(
            [[1, 2], [3, 4]],
            {},
            r"\begin{bmatrix}1 & 2 \\ 3 & 4\end{bmatrix}",
            id="plain",
        ),
        pytest.param(
            [[-1.5]], {"name": "T"}, r"T = \begin{bmatrix}-1.5\end{bmatrix}", id="letter as a name"
        ),
        pytest.param(
            [[1]], {"name": "map 1"}, r"\begin{bmatrix}1\end{bmatrix}", id="words are no symbol"
        ),
        pytest.param(
            [[1, 2], [3, 4]],
            {"highlight": [(1, 0)]},
            r"\begin{bmatrix}1 & 2 \\ \boxed{3} & 4\end{bmatrix}",
            id="marked",
        ),
        pytest.param([[Symbol("a"), 0]], {}, r"\begin{bmatrix}a & 0\end{bmatrix}", id="symbols"),
    ],
)
def test_matrix_latex(values, options, expected):
    """LaTeX has the same entries, with the marked ones boxed; a notebook gets it displayed."""
    matrix = Matrix(values, **options)
    assert matrix.to_latex() == expected
    assert matrix._repr_latex_() == f"$${expected}$$"


ROW = [f'<th scope="row" class="visually-hidden">{number}</th>' for number in range(2)]


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        pytest.param(
            [[1, 2], [3, 4]],
            {},
            f'<figure class="matrix"><table><tbody><tr>{ROW[0]}<td>1</td><td>2</td></tr>'
            f"<tr>{ROW[1]}<td>3</td><td>4</td></tr></tbody></table></figure>",
            id="plain",
        ),
        pytest.param(
            [[1, -2.5]],
            {"name": 'A<B> & "C"', "highlight": [(0, 1)]},
            '<figure class="matrix"><figcaption>A&lt;B&gt; &amp; &quot;C&quot;</figcaption>'
            f"<table><tbody><tr>{ROW[0]}<td>1.0</td><td><mark>−2.5</mark></td></tr></tbody></table>"
            "<p>marked: [0,1] = -2.5</p></figure>",
            id="name and mark",
        ),
        pytest.param(
            [[Symbol("a<b&c")]],
            {},
            f'<figure class="matrix"><table><tbody><tr>{ROW[0]}<td>a&lt;b&amp;c</td></tr></tbody>'
            "</table>"
            "</figure>",
            id="symbols are escaped",
        ),
    ],
)
def test_matrix_html(values, options, expected):
    """HTML is a table with a caption, every text in it escaped, and a true minus sign."""
    matrix = Matrix(values, **options)
    assert matrix.to_html() == matrix._repr_html_() == expected


@given(st.lists(st.lists(st.text(max_size=3), min_size=2, max_size=2), min_size=1), st.text())
def test_matrix_html_parses(values, name):
    """Whatever the entries and the name hold, the tags are balanced and the texts come back."""
    marks = [(0, 1)]
    parsed = Parsed(Matrix(np.array(values, object), name=name, highlight=marks).to_html())
    cells = [tag for tag, _ in parsed.tags if tag == "td"]
    assert len(cells) == 2 * len(values)
    assert [tag for tag, _ in parsed.tags].count("mark") == 1
    captions = "".join(text for place, text in parsed.texts if place == "figure/figcaption")
    assert captions == name


@given(st.lists(st.lists(st.integers(-9, 9), min_size=3, max_size=3), min_size=1, max_size=3))
def test_matrix_html_holds_the_values(values):
    """The texts of the cells are the values, row by row."""
    parsed = Parsed(Matrix(values).to_html())
    place = "figure/table/tbody/tr/td"
    texts = [text.replace("−", "-") for where, text in parsed.texts if where == place]
    assert [int(text) for text in texts] == [value for row in values for value in row]
    assert parsed.tags[0] == ("figure", {"class": "matrix"})


# Equation

A = Matrix([[1], [2]], name="A")
B = Matrix([[30], [4]])
T = Matrix([[31, 0], [6, 0]], name="total", highlight=[(0, 0)])


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param((A, "+", B), "A\n1  +  30\n2      4", id="one name"),
        pytest.param((B, "≠", B), "30  ≠  30\n 4      4", id="no names"),
        pytest.param(
            (A, "→", T),
            "A     total\n1  →  [31]  0\n2       6   0\nmarked: total[0,0] = 31",
            id="marked",
        ),
        pytest.param(
            (Matrix([[1]], name="first"), "+", Matrix([[2]], name="second")),
            "first     second\n1      +  2",
            id="names wider than the matrices",
        ),
        pytest.param((Matrix([[1]]), "=", A), "      A\n1  =  1\n      2", id="heights differ"),
        pytest.param(
            (
                Matrix([[1]], name="P", highlight=[(0, 0)]),
                "times",
                Matrix([[2]], name="Q", highlight=[(0, 0)]),
            ),
            "P           Q\n[1]  times  [2]\nmarked: P[0,0] = 1\nmarked: Q[0,0] = 2",
            id="two with marks, and a word",
        ),
        pytest.param((A,), "A\n1\n2", id="one part"),
    ],
)
def test_equation_text(parts, expected):
    """The matrices stand side by side, the signs level with their first rows."""
    equation = Equation(*parts)
    assert equation.to_text() == expected
    assert str(equation) == repr(equation) == expected
    assert equation.parts == parts


def test_equation_latex():
    """LaTeX has the matrices in one row, and its own names for the signs."""
    one, two = Matrix([[1]]), Matrix([[2]], name="B", highlight=[(0, 0)])
    latex = Equation(one, "+", two, "→", one, "·", one, "×", one, "≠", one, "=", one).to_latex()
    cell = r"\begin{bmatrix}1\end{bmatrix}"
    expected = (
        rf"{cell} + B = \begin{{bmatrix}}\boxed{{2}}\end{{bmatrix}} \to {cell} \cdot {cell} "
        rf"\times {cell} \neq {cell} = {cell}"
    )
    assert latex == expected
    assert Equation(one, "+", one)._repr_latex_() == f"$${cell} + {cell}$$"


def test_equation_html():
    """HTML has a table for each matrix and a span for each sign, in a row that wraps."""
    equation = Equation(A, "<", B)
    html = f'<div class="equation">{A.to_html()}<span>&lt;</span>{B.to_html()}</div>'
    assert equation.to_html() == equation._repr_html_() == html
    tags = Parsed(html).tags
    assert [tag for tag, _ in tags if tag in ("figure", "span")] == ["figure", "span", "figure"]


# Table


@pytest.mark.parametrize(
    ("columns", "rows", "text", "markdown"),
    [
        pytest.param(
            ["kernel", "MACs"],
            [["1×1", 4816896], ["5×5", 120422400]],
            "kernel         MACs\n1×1       4,816,896\n5×5     120,422,400",
            "| kernel | MACs |\n| --- | ---: |\n| 1×1 | 4,816,896 |\n| 5×5 | 120,422,400 |",
            id="thousands",
        ),
        pytest.param(
            ["n"],
            [[999], [-1000], [np.int64(1000)], [np.uint8(7)]],
            "     n\n   999\n-1,000\n 1,000\n     7",
            "| n |\n| ---: |\n| 999 |\n| -1,000 |\n| 1,000 |\n| 7 |",
            id="NumPy integers",
        ),
        pytest.param(
            ["long header", "b"],
            [["x", True]],
            "long header  b\nx            True",
            "| long header | b |\n| --- | --- |\n| x | True |",
            id="booleans are words",
        ),
        pytest.param(
            ["a|b", "c"],
            [["d|e|f", 1]],
            "a|b    c\nd|e|f  1",
            "| a\\|b | c |\n| --- | ---: |\n| d\\|e\\|f | 1 |",
            id="pipes are escaped",
        ),
        pytest.param(["a", "b"], [], "a  b", "| a | b |\n| --- | --- |", id="no rows"),
        pytest.param(
            ["claim", "share"],
            [["**bold**", "94.86 %"], ["", "5 %"]],
            "claim       share\n**bold**  94.86 %\n              5 %",
            "| claim | share |\n| --- | ---: |\n| **bold** | 94.86 % |\n|  | 5 % |",
            id="units",
        ),
        pytest.param(
            ["x"],
            [[1.5], [Fraction(1, 3)], [None]],
            "x\n1.5\n1/3\nNone",
            "| x |\n| --- |\n| 1.5 |\n| 1/3 |\n| None |",
            id="anything else as it is",
        ),
    ],
)
def test_table(columns, rows, text, markdown):
    """Integers get separators, columns of numbers align right, and pipes do not break Markdown."""
    table = Table(columns, rows)
    assert table.to_text() == str(table) == repr(table) == text
    assert table.to_markdown() == table._repr_markdown_() == markdown


def test_table_of_iterators():
    """Columns and rows may be tuples or come from generators."""
    table = Table(("a", "b"), (iter(pair) for pair in [(1, 2), (3, 4)]))
    assert table.columns == ["a", "b"]
    assert table.cells == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize(
    ("cell", "numeric"),
    [
        ("5", True),
        ("-5", True),
        ("−5", True),
        ("+0.25", True),
        ("1,234.5", True),
        ("94.86%", True),
        ("94.86 %", True),
        ("10 MB", True),
        ("10MB", True),
        ("10 ms", True),
        (12345, True),
        (0.5, True),
        ("", False),
        ("−", False),
        ("3×3", False),
        ("1/2", False),
        ("10 MB/s", False),
        ("10  MB", False),
        ("1 2", False),
        ("MB 10", False),
        ("--5", False),
        ("5\n6", False),
        (None, False),
    ],
)
def test_what_aligns_right(cell, numeric):
    """A column aligns right if each of its cells is a number, with or without a unit."""
    rule = Table(["x"], [[1], [cell]]).to_markdown().splitlines()[1]
    assert rule == ("| ---: |" if numeric else "| --- |")


# A weighted sum


@pytest.mark.parametrize(
    ("weights", "values", "name", "expected"),
    [
        pytest.param(
            [0.1, 0.2, 0.4], [4, 7, 7], "T[5,2]", "T[5,2] = 0.1·4 + 0.2·7 + 0.4·7 = 4.6", id="T"
        ),
        pytest.param([2, 3], [4, 5], "", "2·4 + 3·5 = 23", id="integers"),
        pytest.param([1, 0.25], [2, 2], "", "1.00·2 + 0.25·2 = 2.5", id="shared decimals"),
        pytest.param([-1, 2], [3, -4], "", "-1·3 + 2·-4 = -11", id="negative"),
        pytest.param([0.5], [1.0], "y", "y = 0.5·1.0 = 0.5", id="one term"),
        pytest.param([1 / 3], [1], "", "0.3333·1 = 0.3333", id="four decimals at most"),
        pytest.param(
            np.array([Fraction(1, 3), Fraction(2)]),
            [2, 5],
            "f",
            "f = 1/3·2 + 2·5 = 32/3",
            id="fractions",
        ),
        pytest.param((1, 1), np.array([1, 2]), "s", "s = 1·1 + 1·2 = 3", id="tuple and array"),
        pytest.param(
            np.array([2**24 + 1]),
            np.array([1], np.float32),
            "",
            "16777217·1.0 = 16777217.0",
            id="in a type that holds both",
        ),
    ],
)
def test_weighted_sum(weights, values, name, expected):
    """The sum is spelled out, term by term, with its result."""
    assert weighted_sum(weights, values, name=name) == expected


def test_weighted_sum_has_no_name_by_default():
    """Without a name the sum starts with its first term."""
    assert weighted_sum([2], [3]) == "2·3 = 6"


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=5))
def test_weighted_sum_adds_up(pairs):
    """What stands left of the last equals sign is what stands right of it."""
    weights, values = zip(*pairs, strict=True)
    name, terms, result = weighted_sum(weights, values, name="y").split(" = ")
    assert name == "y"
    factors = [tuple(map(int, term.split("·"))) for term in terms.split(" + ")]
    assert factors == pairs
    assert sum(weight * value for weight, value in factors) == int(result)


# What is refused


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(
            lambda: Matrix(np.zeros((2, 3, 4))),
            "Matrix: values must have at most two axes; got shape (2, 3, 4)",
            id="three axes",
        ),
        pytest.param(
            lambda: Matrix([[1, 2]], highlight=[(0, 0), (1, 0)]),
            "Matrix: highlight must hold indices inside the shape (1, 2); got (1, 0)",
            id="row below the matrix",
        ),
        pytest.param(
            lambda: Matrix([[1, 2]], highlight=[(0, 2)]),
            "Matrix: highlight must hold indices inside the shape (1, 2); got (0, 2)",
            id="column beside the matrix",
        ),
        pytest.param(
            lambda: Matrix([[1, 2]], highlight=[(-1, 0)]),
            "Matrix: highlight must hold indices inside the shape (1, 2); got (-1, 0)",
            id="row from the end",
        ),
        pytest.param(
            lambda: Matrix([[1, 2]], highlight=[(0, -1)]),
            "Matrix: highlight must hold indices inside the shape (1, 2); got (0, -1)",
            id="column from the end",
        ),
        pytest.param(
            lambda: Matrix([[1.5]], decimals=-1),
            "Matrix: decimals must not be negative; got -1",
            id="decimals",
        ),
        pytest.param(
            lambda: Equation(), "Equation: parts must have at least one entry; got none", id="parts"
        ),
        pytest.param(
            lambda: Table(["a", "b"], [[1, 2], [3]]),
            "Table: each row must have 2 cells, as columns has; got 1 in [3]",
            id="short row",
        ),
        pytest.param(
            lambda: Table(["a"], [("x", "y")]),
            "Table: each row must have 1 cells, as columns has; got 2 in ['x', 'y']",
            id="long row",
        ),
        pytest.param(
            lambda: weighted_sum([1, 2], [1, 2, 3]),
            "weighted_sum: weights and values must be one-dimensional and of the same length; "
            "got shapes (2,) and (3,)",
            id="lengths",
        ),
        pytest.param(
            lambda: weighted_sum([[1, 2]], [[3, 4]]),
            "weighted_sum: weights and values must be one-dimensional and of the same length; "
            "got shapes (1, 2) and (1, 2)",
            id="two axes",
        ),
        pytest.param(
            lambda: weighted_sum(1, 2),
            "weighted_sum: weights and values must be one-dimensional and of the same length; "
            "got shapes () and ()",
            id="numbers",
        ),
    ],
)
def test_bad_input(call, message):
    """What cannot be shown is refused with the argument, the rule and what was received."""
    with pytest.raises(ValueError, match=exactly(message)):
        call()


MASKED = np.ma.array([1, 2], mask=[True, False])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Matrix(MASKED), "Matrix: values must not be a masked array; got shape (2,)"),
        (lambda: Matrix((MASKED,)), "Matrix: values must not be a masked array; got shape (1, 2)"),
        (
            lambda: weighted_sum(MASKED, [1, 2]),
            "weighted_sum: weights must not be a masked array; got shape (2,)",
        ),
        (
            lambda: weighted_sum([1, 2], MASKED),
            "weighted_sum: values must not be a masked array; got shape (2,)",
        ),
        (lambda: Table(["a", 1], [[1, 2]]), "Table: columns must be texts; got ['a', 1]"),
    ],
)
def test_bad_types(call, message):
    """So is what is not of a type that can be shown."""
    with pytest.raises(TypeError, match=exactly(message)):
        call()


def test_a_factor_that_is_a_sum_has_parentheses():
    """Without them it would read as another sum; a product needs none."""
    a, b = sympy.symbols("a b")
    assert weighted_sum([a + b, a * b, -a], [3, a - 1, 2]) == (
        "(a + b)·3 + a*b·(a - 1) + -a·2 = a*b*(a - 1) + a + 3*b"
    )


def test_a_weighted_sum_of_small_integers_does_not_wrap():
    """Products that do not fit the integers' own type are shown in full."""
    small = np.array([200], np.uint8)
    assert weighted_sum(small, np.array([2], np.uint8)) == "200·2 = 400"


@pytest.mark.parametrize(("weights", "values"), [([3], [0.1]), ([0.1], [3])])
def test_a_weighted_sum_of_integers_and_floats_is_rounded(weights, values):
    """The digits of a float's noise are not shown, whichever of the two is a float."""
    assert weighted_sum(weights, values).endswith(" = 0.3")
