"""Measure the built site with Lighthouse, as a phone on a slow network: ``make lighthouse``.

Prints the medians of three runs for each page, and for a bare page measured among them, which says
how fast this machine is. Fails where a score is below its target. Name pages to measure only those.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from os import environ
from pathlib import Path
from statistics import median

from host import serve
from sites import ROOT

LIGHTHOUSE = "lighthouse@13.5.0"
RUNS = int(environ.get("RUNS", 3))
LEAST, WITHIN = 97, 2
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
SITE = Path(environ.get("CONV1X1_SITE", ROOT / "_build" / "html"))
BARE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Bare</title>
<meta name="description" content="A page with nothing in it."><meta name="viewport"
content="width=device-width"><h1>Bare</h1><p>Text.</p></html>"""


def measure(address: str) -> dict[str, float]:
    """Run Lighthouse once, and return the scores, and what they are made of."""
    command = ["npx", "--yes", LIGHTHOUSE, address, "--output=json", "--quiet"]
    flags = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
    command += [f"--chrome-flags={flags}", f"--only-categories={','.join(CATEGORIES)}"]
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next(filter(None, map(shutil.which, names)), "")
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**environ, "CHROME_PATH": browser}
    )
    report = json.loads(done.stdout)
    found = {name: round(100 * report["categories"][name]["score"]) for name in CATEGORIES}
    for name in ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time"):
        found[name] = report["audits"][name]["numericValue"]
    found["cumulative-layout-shift"] = report["audits"]["cumulative-layout-shift"]["numericValue"]
    failed = [
        f"{name}: {audit['title']}"
        for name, audit in report["audits"].items()
        if audit["score"] == 0 and audit["scoreDisplayMode"] == "binary"
    ]
    print("." if not failed else f"\n{address}: {failed}", end="", flush=True, file=sys.stderr)
    return found


def main() -> int:
    pages = sys.argv[1:] or sorted(path.stem for path in SITE.glob("*.html"))
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in ["(bare)", *pages]}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "index.html").write_text(BARE, encoding="utf-8")
        with serve(SITE) as site, serve(Path(folder)) as bare:
            for _ in range(RUNS):
                for name, found in runs.items():
                    address = f"{bare}/index.html" if name == "(bare)" else f"{site}/{name}.html"
                    found.append(measure(address))
    print("\n  perf  a11y  best   seo   FCP ms   LCP ms  TBT ms    CLS  page")
    failed = []
    for name, found in runs.items():
        middle = {key: median(run[key] for run in found) for key in found[0]}
        scores = [middle[category] for category in CATEGORIES]
        print(
            "".join(f"{score:6.0f}" for score in scores),
            f"{middle['first-contentful-paint']:8.0f} {middle['largest-contentful-paint']:8.0f}",
            f"{middle['total-blocking-time']:7.0f} {middle['cumulative-layout-shift']:6.3f}",
            f" {name}",
        )
        if name == "(bare)":
            enough = min(LEAST, scores[0] - WITHIN)
        elif scores[0] < enough or min(scores[1:]) < 100:
            failed.append(name)
    if failed:
        print("Below the targets:", ", ".join(failed))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
