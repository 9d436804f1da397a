"""A search that finds: sections rather than pages, and any of the words rather than all of them.

Every section, glossary term, function and question of :mod:`website.faq` is an entry of one index,
``_static/search-index.js``, which the search page alone loads, as a script, so that it works from a
folder as well. An entry holds its words, each with a weight by where it stands: a title, the
keywords in the front matter of the page (``html_meta``), the text, the code. Words are stemmed by
Sphinx's own stemmer; what means the same though it is spelled otherwise stands in the file
``search_synonyms``. The script ``docs/_static/search.js`` does the rest.

Two kept ones were tried on the queries of ``tests/searches.toml``. Sphinx's own lists a page only
where all words occur, knows no weights of words, and puts functions first. Pagefind finds 1×1 in no
page that explains it, needs all words as well, takes no synonyms, loads 120 KB for the first
answer, needs ``wasm-unsafe-eval`` in the policy, and does not run from a folder.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.errors import ConfigError
from sphinx.search.en import SearchEnglish

from website import faq

#: How much a word counts, by where it stands. What stands there again counts less and less.
WEIGHTS = {"title": 8.0, "keyword": 8.0, "text": 1.0, "code": 0.5}
#: As many letters of a section are shown below its title.
_EXCERPT = 170

_english = SearchEnglish({})


@dataclass
class Entry:
    """What a reader can find: a section, a term or a function, with its words by place."""

    title: str
    anchor: str
    excerpt: str = ""
    words: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.add("title", self.title)

    def add(self, place: str, text: str) -> None:
        """Add the words of a text that stands in one of the places of :data:`WEIGHTS`."""
        self.words.setdefault(place, []).extend(words(text))


def words(text: str) -> list[str]:
    """Return the stems of a text's words, as ``words`` in ``docs/_static/search.js`` does.

    A name of several parts, such as ``channels_last``, counts as one word and as its parts.
    """
    found = []
    for name in re.findall(r"[^\W_]+(?:_[^\W_]+)*", text.replace("×", "x")):
        parts = re.split(r"_|(?<=[a-z])(?=[A-Z])", name)
        found += [name, *(parts if len(parts) > 1 else [])]
    lower = (word.lower() for word in found)
    kept = (word for word in lower if word not in _english.stopwords and not word.isdigit())
    return [_english.stem(american(word)) for word in kept]


def american(word: str) -> str:
    """Return one spelling of what British and American readers spell differently."""
    word = re.sub(r"(?<=\w{2})is(?=(e[ds]?|ing|ations?)$)", "iz", word)
    word = re.sub(r"(?<=\w{3})our(?=(s|ed|ing|hood)?$)", "or", word)
    word = re.sub(r"(?<=\w{3})ll(?=(ed|ing|er)$)", "l", word)
    return re.sub(r"(?<=\w{2})tre(?=s?$)", "ter", word).replace("grey", "gray")


class SearchCollector(EnvironmentCollector):
    """Collect the entries of each page when it is read."""

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        entries_of(app.env)[app.env.docname] = list(_entries(doctree))

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        entries_of(env).pop(docname, None)

    def merge_other(
        self, app: Sphinx, env: BuildEnvironment, docnames: Set[str], other: BuildEnvironment
    ) -> None:
        entries_of(env).update({name: entries_of(other)[name] for name in docnames})


def entries_of(env: BuildEnvironment) -> dict[str, list[Entry]]:
    """Return the entries of each page read so far."""
    entries: dict[str, list[Entry]] = env.__dict__.setdefault("search_entries", {})
    return entries


def _entries(doctree: nodes.document) -> Iterator[Entry]:
    """Yield the entries of a page, the page itself first."""
    entries = [Entry("", "")]  # what stands above the title of the page

    def visit(node: nodes.Node, entry: Entry) -> None:
        if isinstance(node, nodes.Text):
            is_code = _within(node, nodes.literal_block, nodes.math, nodes.math_block)
            # Code says what a page uses, wherever on it; its numbers say nothing to a search.
            (entries[min(1, len(entries) - 1)] if is_code else entry).add(
                "code" if is_code else "text", str(node)
            )
        elif isinstance(node, nodes.Element) and not isinstance(node, _NO_TEXT):
            if (head := _head(node)) is not None:
                entries.append(entry := Entry(*head))
            if isinstance(node, nodes.paragraph) and len(entry.excerpt) < _EXCERPT / 2:
                entry.excerpt = _cut(f"{entry.excerpt} {node.astext()}".strip())
            for child in node.children:
                visit(child, entry)

    visit(doctree, entries[0])
    page, *others = entries[1:] or entries
    for meta in doctree.findall(nodes.meta):
        if meta.get("name") == "keywords":
            page.add("keyword", meta["content"])
    return iter([page, *others])


#: What a reader does not see, or sees as the title of an entry.
_NO_TEXT = (nodes.raw, nodes.comment, nodes.title, nodes.term, addnodes.desc_signature)


def _head(node: nodes.Element) -> tuple[str, str] | None:
    """Return the title and the anchor of what is an entry of its own."""
    if isinstance(node, nodes.section):
        is_page = isinstance(node.parent, nodes.document)
        return node.children[0].astext(), "" if is_page else f"#{node['ids'][0]}"
    first = node.children[0] if node.children else None
    if isinstance(first, nodes.term) and first["ids"]:
        texts = (child.astext() for child in first.children if isinstance(child, nodes.Text))
        return "".join(texts), f"#{first['ids'][0]}"
    if isinstance(first, addnodes.desc_signature) and first["ids"]:
        return first["fullname"], f"#{first['ids'][0]}"
    return None


def _within(node: nodes.Node, *kinds: type[nodes.Node]) -> bool:
    parent = node.parent
    while parent is not None and not isinstance(parent, nodes.section):
        if isinstance(parent, kinds):
            return True
        parent = parent.parent
    return False


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT].rsplit(' ', 1)[0]} …"


def _synonyms(app: Sphinx) -> Iterator[list[list[str]]]:
    """Yield each group of phrases that mean the same, as stems."""
    if not (file := app.config.search_synonyms):
        return
    for group in tomllib.loads(Path(app.confdir, file).read_text("utf-8"))["same"]:
        stems = [words(phrase) for phrase in group]
        if len(group) < 2 or not all(stems):
            raise ConfigError(f"{file}: {group} names no two things")
        yield stems


def index(app: Sphinx) -> dict[str, Any]:
    """Return the index as the browser reads it: the pages, their entries, and the words in them."""
    synonyms = list(_synonyms(app))
    pages: list[list[Any]] = []
    entries: list[list[Any]] = []
    found: dict[str, list[float]] = defaultdict(list)
    for page in sorted(app.env.found_docs):
        last = page in app.config.search_last
        pages.append([app.builder.get_target_uri(page), app.env.titles[page].astext(), int(last)])
        answered = [Entry(*found) for found in faq.entries(app, page)]
        for entry in [*entries_of(app.env)[page], *answered]:
            weights: Counter[str] = Counter()
            for place, stems_there in entry.words.items():
                for stem, count in Counter(stems_there).items():
                    weights[stem] += WEIGHTS[place] * (2 - 2 ** (1 - min(count, 5)))
            for stem, weight in weights.items():
                found[stem] += [len(entries), round(weight, 1)]
            length = sum(len(w) for w in entry.words.values())
            entries.append([len(pages) - 1, entry.anchor, entry.title, entry.excerpt, length])
    return {
        "pages": pages,
        "entries": entries,
        "words": dict(sorted(found.items())),
        "synonyms": synonyms,
    }


def replace_index(app: Sphinx) -> None:
    """Leave out Sphinx's own index, which no page would load.

    It differs between a build of all pages and one of some. ``search = False``, which would leave
    it out by a public way, takes the search page and the stemmer's words out as well.
    """
    if app.builder.name == "html":
        for method in ("load_indexer", "index_page", "dump_search_index"):
            assert callable(getattr(app.builder, method))
            setattr(app.builder, method, lambda *_: None)


def write_index(app: Sphinx, exception: Exception | None) -> None:
    """Write the index beside the script that reads it."""
    if exception or app.builder.name != "html":
        return
    text = json.dumps(index(app), ensure_ascii=False, separators=(",", ":"))
    Path(app.outdir, "_static", "search-index.js").write_text(
        f"const searchIndex = {text};\n", encoding="utf-8"
    )


def setup(app: Sphinx) -> dict[str, Any]:
    # The file that lists what means the same, as seen from ``conf.py``; without one, nothing does.
    app.add_config_value("search_synonyms", "", "env", str)
    # Pages that are listed after all others, since they mention everything and explain nothing.
    app.add_config_value("search_last", [], "html", list)
    app.add_env_collector(SearchCollector)
    app.setup_extension("website.faq")
    app.connect("builder-inited", replace_index)
    app.connect("build-finished", write_index)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
