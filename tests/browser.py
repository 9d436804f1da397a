"""The fixtures of the tests that look at pages in a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from host import PATIENCE, serve
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from sites import SITE


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Start the machine's own Chromium, an installed Chrome, or Playwright's own.

    One that has no windows comes first: it takes half of the time for a page.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), playwright.chromium.executable_path)
    if not Path(path).exists():
        hint = (
            "no Chromium: apt-get install chromium-headless-shell, or playwright install chromium"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(hint)
        pytest.skip(hint)
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    # Without windows it does not know how quick its network is, and would ask for images sooner.
    options += ["--blink-settings=lazyLoadingImageMarginPxUnknown=1250"]
    expect.set_options(timeout=PATIENCE)
    browser = playwright.chromium.launch(executable_path=path, args=options, timeout=PATIENCE)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Serve the site, and return its address."""
    if not SITE.is_dir():
        pytest.fail(f"no site in {SITE}: run `make html` first")
    with serve(SITE) as address:
        yield address


@pytest.fixture(scope="session")
def trouble() -> list[str]:
    """Return what a watched page must not have: foreign requests, errors, a full console."""
    return []


@pytest.fixture
def reader(
    chromium: Browser, address: str, trouble: list[str]
) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that makes a fresh profile, all of whose pages are watched."""
    contexts = []
    trouble.clear()

    def request(url: str) -> None:
        if urlsplit(url).scheme not in {"data", "file"} and not url.startswith(address):
            trouble.append(f"a request to {url}")

    def failed(url: str, why: str | None) -> None:
        if why != "net::ERR_ABORTED":  # the next page was asked for before this one was complete
            trouble.append(f"{why} for {url}")

    def watch(page: Page) -> None:
        page.on("console", lambda said: trouble.append(f"{page.url}: {said.type}: {said.text}"))
        page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))
        page.on("requestfailed", lambda sent: failed(sent.url, sent.failure))

    def new(width: int = 1280, **options: Any) -> BrowserContext:
        options.setdefault("base_url", f"{address}/")
        options.setdefault("reduced_motion", "reduce")
        context = chromium.new_context(viewport={"width": width, "height": 800}, **options)
        context.set_default_timeout(PATIENCE)
        context.on("request", lambda sent: request(sent.url))
        context.on("page", watch)
        contexts.append(context)
        return context

    yield new
    for context in contexts:
        context.close()
    assert trouble == []
