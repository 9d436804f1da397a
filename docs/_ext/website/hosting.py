"""What a page can say only where the site is hosted: its address, its source, where to run it.

The build's environment names the address. Without these variables none of it is there, so that a
copy of the site never points to somebody else's:

``CONV1X1_BASE_URL``, or ``READTHEDOCS_CANONICAL_URL``
    The address of the first page: canonical links, Open Graph data and a ``sitemap.xml``.
``CONV1X1_REPOSITORY``, or ``READTHEDOCS_GIT_CLONE_URL``
    The address of the repository on GitHub: links that edit a page, and that run its
    notebook on Binder, and the command that installs the package for a notebook.
``CONV1X1_COMMIT``, or ``READTHEDOCS_GIT_COMMIT_HASH``
    The commit that the site is built from, for that command.

Written by hand: sphinxext-opengraph takes its descriptions from a page's text rather than from the
page's own, and writes tags without an address too; the order of sphinx-sitemap's list depends on
the machine; the theme's buttons to edit or launch a page need its scripts and an icon font.
"""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from checked_pages.cells import has_cells
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

#: The file that a preview of a link shows.
_PREVIEW = "_static/preview.png"
#: Where the pages are edited: what is published from, too.
_BRANCH = "main"


def read_environment(app: Sphinx, config: Config) -> None:
    """Take the two addresses from the environment, or leave both empty."""
    base = _address("CONV1X1_BASE_URL", "READTHEDOCS_CANONICAL_URL")
    config.html_baseurl = f"{base}/" if base else ""
    repository = _address("CONV1X1_REPOSITORY", "READTHEDOCS_GIT_CLONE_URL")
    config.hosting_repository = repository.removesuffix(".git")
    if "notebook_install" in config:  # where formats.notebooks is used
        config.notebook_install = install_command(config.hosting_repository)


def _address(*names: str) -> str:
    """Return the first of these variables that is set."""
    for name in names:
        if value := os.environ.get(name, ""):
            value = re.sub(r"^git@([^:/]+):", r"https://\1/", value)
            if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
                raise ConfigError(f"{name} must be an address with http(s)://; it is {value!r}")
            return value.rstrip("/")
    return ""


def install_command(repository: str) -> str:
    """Return what installs the package, as it was at this build, for the notebooks to import.

    Nothing of ours stands under the package's name in a registry, so whoever takes that name
    could run code on a reader's machine. It is installed from the repository, or not at all.
    """
    names = ("CONV1X1_COMMIT", "READTHEDOCS_GIT_COMMIT_HASH")
    commit = next(filter(None, (os.environ.get(name) for name in names)), "")
    if not (repository and commit):
        return ""
    if not re.fullmatch(r"[0-9a-f]{7,64}", commit):
        raise ConfigError(f"{' or '.join(names)} must be a commit's hash; it is {commit!r}")
    return f'pip install "conv1x1[notebooks] @ git+{repository}@{commit}"'


def add_to_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Describe a page to those who link to it, and link to its source and to a place to run it."""
    if doctree is None:
        return
    if app.config.html_baseurl:
        context["metatags"] += "".join(_open_graph(app, page, context))
    if repository := app.config.hosting_repository:
        file = Path(app.env.doc2path(page))
        source = file.relative_to(app.confdir).as_posix()
        context["page_forms"] = [
            *context.get("page_forms", []),
            {"text": "Edit", "href": f"{repository}/edit/{_BRANCH}/{quote(source)}"},
        ]
        on_github = re.fullmatch(r"https://github\.com/([^/]+/[^/]+)", repository)
        if on_github and has_cells(app.env, page):
            # The address of a file, which is a part of the address of Binder.
            notebook = quote(quote(f"lab/tree/_build/html/{page}.ipynb"))
            context["page_forms"].append(
                {
                    "text": "Run on Binder",
                    "href": f"https://mybinder.org/v2/gh/{on_github[1]}/{_BRANCH}?urlpath={notebook}",
                }
            )


def _open_graph(app: Sphinx, page: str, context: dict[str, Any]) -> list[str]:
    description = re.search(r'<meta content="([^"]*)" name="description"', context["metatags"])
    properties = {
        "og:type": "article",
        "og:site_name": app.config.html_title,
        "og:title": unescape(re.sub(r"<[^>]*>", "", context["title"])),
        "og:url": context["pageurl"],
        "og:image": app.config.html_baseurl + _PREVIEW,
        "og:image:alt": _logo().alt,
    }
    tags = [
        f'\n    <meta property="{name}" content={quoteattr(value)} />'
        for name, value in properties.items()
    ]
    if description:
        tags.append(f'\n    <meta property="og:description" content="{description[1]}" />')
    return tags


def _logo() -> Any:
    # Matplotlib is half a second of each build, and a site without an address draws no preview.
    from conv1x1.figures import logo

    return logo()


def write_files(app: Sphinx, pages: dict[Path, str]) -> None:
    """Write the list of all pages, and the picture that a preview of a link shows."""
    sitemap, preview = Path(app.outdir, "sitemap.xml"), Path(app.outdir, _PREVIEW)
    if not app.config.html_baseurl:
        sitemap.unlink(missing_ok=True)
        preview.unlink(missing_ok=True)
        return
    addresses = [
        app.config.html_baseurl + app.builder.get_target_uri(page)
        for page in sorted(app.env.found_docs)
    ]
    urls = "".join(f"  <url><loc>{escape(address)}</loc></url>\n" for address in addresses)
    sitemap.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n',
        encoding="utf-8",
    )
    _logo().savefig(preview, dpi=72 * 8, facecolor="white", metadata={"Software": None})


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("hosting_repository", "", "html", str)
    app.connect("config-inited", read_environment)
    app.connect("html-page-context", add_to_page, priority=600)
    app.setup_extension("website.finish")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
