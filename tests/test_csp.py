"""The Content-Security-Policy: no script runs but those of a page.

That the browser refuses nothing on any page is seen in ``test_reading``, on a host and in a folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from host import PATIENCE, serve
from playwright.sync_api import Browser, Page, Route
from sites import SITE, Site
from website.csp import policy_of

pytest_plugins = ["browser", "site_fixtures"]

PAGES = sorted(path.stem for path in SITE.glob("*.html"))
EXPLORER = "three-maps-to-one"


@pytest.fixture(scope="module", params=["http", "file"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of the site: on a host, and unpacked from an archive."""
    if request.param == "file":
        yield SITE.as_uri()
    else:
        with serve(SITE) as host:
            yield host


@pytest.fixture
def trouble() -> list[str]:
    """Return what the browser complained of."""
    return []


@pytest.fixture
def page(chromium: Browser, trouble: list[str]) -> Iterator[Page]:
    """Return an empty tab."""
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    tab.on(
        "console", lambda said: trouble.append(said.text) if "Content Security" in said.text else 0
    )
    tab.on("pageerror", lambda error: trouble.append(str(error)))
    yield tab
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_stands_ahead_of_what_it_rules(name: str) -> None:
    """The first thing after the encoding is the policy, which lists each script by its hash."""
    html = (SITE / f"{name}.html").read_text(encoding="utf-8")
    head = re.search(
        r'<head>\s*<meta charset="utf-8" />\s*<meta http-equiv="([^"]*)" (.*) />', html
    )
    assert head is not None
    assert head[1] == "Content-Security-Policy"
    assert html.count("Content-Security-Policy") == 1
    policy = head[2].removeprefix('content="').removesuffix('"')
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'self'"
    assert rules["object-src"] == rules["base-uri"] == "'none'"
    allowed = rules["script-src"].split()
    assert allowed[0] == "'self'"
    assert len(allowed) > 1
    assert all(re.fullmatch(r"'sha256-[\w+/]{43}='", rule) for rule in allowed[1:])
    assert re.findall(r"<[^>]*\son\w+=|javascript:", html) == []


def test_the_explorer_works_under_the_policy(page: Page, address: str, trouble: list[str]) -> None:
    """The script of the explorer takes the place of the figure."""
    page.goto(f"{address}/{EXPLORER}.html", wait_until="load")
    page.wait_for_function(
        "!document.querySelector('conv1x1-explorer .instead')?.checkVisibility()"
    )
    assert page.locator("conv1x1-explorer input, conv1x1-explorer button").count() > 0
    assert trouble == []


def test_the_search_works_under_the_policy(page: Page, address: str, trouble: list[str]) -> None:
    """A word is found, with the index that the search page loads."""
    page.goto(f"{address}/search.html?q=bottleneck", wait_until="load")
    page.wait_for_selector("#search-results li a")
    assert trouble == []


def test_a_script_that_was_slipped_in_does_not_run(page: Page, trouble: list[str]) -> None:
    """The browser refuses a script without a hash, and one from elsewhere."""

    def slip_in(route: Route) -> None:
        html = (SITE / "index.html").read_text(encoding="utf-8")
        scripts = (
            "<script>document.documentElement.dataset.inside = 1</script>"
            "<img src=x onerror='document.documentElement.dataset.handler = 1'>"
            "<script src='https://elsewhere.example/x.js'></script>"
        )
        route.fulfill(body=html.replace("</body>", f"{scripts}</body>"), content_type="text/html")

    with serve(SITE) as host:
        page.route(f"{host}/index.html", slip_in)
        page.goto(f"{host}/index.html", wait_until="load")
    waited = 0  # what the browser says of it arrives when it likes
    while len(trouble) < 3 and waited < PATIENCE:
        page.wait_for_timeout(50)
        waited += 50
    assert (
        page.evaluate("({...document.documentElement.dataset})")
        .keys()
        .isdisjoint({"inside", "handler"})
    )
    assert len(trouble) == 3
    assert any("elsewhere.example" in text for text in trouble)


def test_the_policy_follows_the_page() -> None:
    """Only what runs inside the page is hashed, and the text counts to the last character."""
    plain = policy_of("<script src='a.js'></script><script type='application/json'>{}</script>")
    assert "sha256" not in plain
    assert "unsafe-inline" not in plain.split("script-src")[1].split(";")[0]
    # The hash of "go()", as `printf 'go()' | openssl dgst -sha256 -binary | base64` gives it.
    assert "'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw='" in policy_of(
        "<script>go()</script>"
    )
    assert policy_of("<script>go()</script>") != policy_of("<script>go() </script>")
    assert policy_of("<script>go()</script>" * 2).count("sha256") == 1


def test_a_policy_is_written_once(site: Site) -> None:
    """A second build finds the policy there, and leaves the page as it is."""
    site.page("# A page\n")
    site.configure('extensions.append("website.csp")\n')
    pages = []
    for _ in range(2):
        assert site.build("html").code == 0
        pages.append((site.output("html") / "index.html").read_text(encoding="utf-8"))
    assert pages[0] == pages[1]
    assert pages[0].count("Content-Security-Policy") == 1


def test_only_the_site_has_a_policy(site: Site) -> None:
    """Another format of the pages is built without one."""
    site.page("# A page\n")
    site.configure('extensions.append("website.csp")\n')
    assert site.build("text").code == 0
    assert not list(site.output("text").rglob("*.html"))
