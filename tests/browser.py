"""The fixture of the tests that look at pages in a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from host import PATIENCE
from playwright.sync_api import Browser, Playwright, expect


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Start the machine's own Chromium, an installed Chrome, or Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), playwright.chromium.executable_path)
    if not Path(path).exists():
        hint = "no Chromium: apt-get install chromium, or playwright install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(hint)
        pytest.skip(hint)
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    expect.set_options(timeout=PATIENCE)
    browser = playwright.chromium.launch(executable_path=path, args=options, timeout=PATIENCE)
    yield browser
    browser.close()
