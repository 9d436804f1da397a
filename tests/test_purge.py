"""Tests of docs/_ext/website/purge.py: which rules of the style sheets stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from sphinx.errors import ExtensionError
from website import purge

HTML = '<p class="used other" id="here">text</p> <script src="_static/own.js?v=1"></script>'


def css(static: Path, sheet: str) -> str:
    """Return what is kept of a style sheet of a site that has one page and one script."""
    (static / "own.js").write_text('element.className = "written";')
    (static / "own.css").write_text(sheet)
    return purge._merged(static, ["own.css"], HTML)


@pytest.mark.parametrize(
    ("sheet", "kept"),
    [
        ("p{color:red} table{color:red}", "p{color:red}\n"),
        (".used{a:b} .unused{a:b} #here{a:b} #there{a:b}", ".used{a:b}\n#here{a:b}\n"),
        ("p.used > .unused, p .other:hover{a:b}", "p .other:hover{a:b}\n"),
        ("p:not(.unused)::before{a:b}", "p:not(.unused)::before{a:b}\n"),
        ("[data-x=y] p, [data-x] ul{a:b}", "[data-x=y] p{a:b}\n"),
        (".written{a:b}", ".written{a:b}\n"),
        ("@media print{p{a:b} ul{a:b}} @media print{ul{a:b}}", "@media print{p{a:b}}\n"),
        ("@media print{@supports (a:b){p{a:b}}}", "@media print{@supports (a:b){p{a:b}}}\n"),
        ('@charset "utf-8"; /* no */ p  {a:b; /* no */\n\n c:d}', "p{a:b; c:d}\n"),
        ("@font-face{font-family:Font Awesome;a:b}", ""),
        ("@font-face{font-family:Own;a:b}", "@font-face {font-family:Own;a:b}\n"),
        ("@keyframes turn{to{rotate:1turn}}", "@keyframes turn{to{rotate:1turn}}\n"),
        ("p{}", ""),
    ],
)
def test_rules_that_can_apply_stay(tmp_path: Path, sheet: str, kept: str) -> None:
    """A rule stays if all its names occur in a page or in a script."""
    assert css(tmp_path, sheet) == kept


def test_fonts_are_in_the_sheet(tmp_path: Path) -> None:
    """The file that a rule names becomes a part of the sheet."""
    (tmp_path / "own.woff2").write_bytes(b"font")
    assert css(tmp_path, 'p{src:url("own.woff2")}') == (
        'p{src:url("data:font/woff2;base64,Zm9udA==")}\n'
    )


@pytest.mark.parametrize("sheet", ["@import 'other.css';", "p{a:b} }"])
def test_what_cannot_be_merged_is_an_error(tmp_path: Path, sheet: str) -> None:
    """Nothing is lost in silence."""
    with pytest.raises(ExtensionError, match="cannot be merged"):
        css(tmp_path, sheet)


def test_sheets_follow_each_other_and_none_is_missing(tmp_path: Path) -> None:
    """A later sheet wins, as on a page; a theme that renames its sheets stops the build."""
    for name in ("b.123.css", "a.css"):
        (tmp_path / name).write_text(f"p{{a:{name[0]}}}")
    assert purge._merged(tmp_path, ["b.*.css", "a.css"], "<p>") == "p{a:b}\np{a:a}\n"
    with pytest.raises(ExtensionError, match=r"no style sheet is called _static/c\.css"):
        purge._merged(tmp_path, ["a.css", "c.css"], "<p>")
