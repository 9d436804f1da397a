"""What is done to the whole site after each build, in one order, and kept right by it.

1. What is left of pages that the sources no longer hold is deleted.
2. :mod:`website.purge` makes one style sheet of all, and deletes what no page asks for.
3. :mod:`website.hosting` adds what a host needs, which no page asks for.
4. :mod:`website.csp` lists the scripts of each page, which nothing changes any more.

A step is taken where its extension is loaded. All pages are read, also those that were not written
anew, and written where a step changed them. Building twice changes nothing.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from website import csp, hosting, purge
from website.written import exchange

#: Folders of the site that hold no page, though they may hold HTML.
_NO_PAGES = {"_downloads", "_images", "_sources", "_static"}
#: Each takes the text of all pages by their files, and may change it.
_STEPS = (purge.keep_what_is_used, hosting.write_files, csp.write_policies)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Do what the head of this file says, once all pages are there."""
    if exception or app.builder.name != "html":
        return
    site = Path(app.outdir)
    delete_old_pages(app, site)
    files = sorted(site.rglob("*.html"))
    files = [path for path in files if path.relative_to(site).parts[0] not in _NO_PAGES]
    before = {path: path.read_text(encoding="utf-8") for path in files}
    pages = dict(before)
    for step in _STEPS:
        if step.__module__ in app.extensions:
            step(app, pages)
    for path, text in pages.items():
        if text != before[path]:
            path.write_text(text, encoding="utf-8")


def delete_old_pages(app: Sphinx, site: Path) -> None:
    """Delete the page, the notebook and the source of what is no page any more.

    The copies of the sources, which Sphinx leaves beside the pages, say what was one.
    """
    sources, env = site / "_sources", app.env
    end = app.config.html_sourcelink_suffix
    names = {page: f"{page}{Path(env.doc2path(page)).suffix}" for page in env.found_docs}
    current = {name if name.endswith(end) else name + end for name in names.values()}
    for copy in [path for path in sources.rglob("*") if path.is_file()]:
        name = copy.relative_to(sources).as_posix()
        if name in current:
            continue
        copy.unlink()
        page = name.removesuffix(end)
        page = page.removesuffix(Path(page).suffix)
        if page not in env.found_docs:
            (site / f"{page}.html").unlink(missing_ok=True)
            (site / f"{page}.ipynb").unlink(missing_ok=True)
    purge.delete_empty_folders(site)


def write_all_where_the_contents_changed(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Write every page anew once another has come, gone or changed its title.

    Each page has the titles of all in its sidebar. Sphinx alone writes those that were read.
    """
    titles = {page: title.astext() for page, title in sorted(env.titles.items())}
    contents = (titles, dict(sorted(env.toctree_includes.items())))
    return [] if exchange(app, "contents", contents) == contents else sorted(env.found_docs)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("env-updated", write_all_where_the_contents_changed)
    app.connect("build-finished", finish, priority=900)  # after the theme wrote pygments.css
    return {"parallel_read_safe": True, "parallel_write_safe": True}
