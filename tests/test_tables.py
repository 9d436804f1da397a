"""The columns of a table have their widths before its rows are there."""

from __future__ import annotations

from sites import Site, soup

pytest_plugins = ["site_fixtures"]

PAGE = """\
# Title

| layer | what it does |
| --- | --- |
| `a b` | It adds two things. |
| convolution | **two** |

| | a |
| --- | --- |
| | `x = 1 + 1` |
"""


def test_the_heads_say_how_wide_their_columns_are(site: Site) -> None:
    """A column has its part of the table by its longest cell, and its longest word fits.

    What is code counts as one word; the width is said once.
    """
    site.configure('extensions.append("formats.tables")\n')
    site.page(PAGE)
    build = site.build("html")
    assert build.code == 0, build.output
    assert [str(head["style"]) for head in soup(site).select("th")] == [
        "width: 37%; min-width: calc(9.6ch + 0.8rem)",  # "convolution", and 11 to 19 letters
        "width: 63%; min-width: calc(5.6ch + 0.8rem)",
        "width: 10%; min-width: calc(0.0ch + 0.8rem)",
        "width: 90%; min-width: calc(7.6ch + 0.8rem)",
    ]
    assert soup(site).select("td")
    assert soup(site).select("td[style]") == []
