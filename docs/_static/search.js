// The search page: docs/_ext/website/search.py wrote the index, Sphinx the stemmer and the stop words.
{
  const stemmer = new Stemmer();
  const { pages, entries, words: index, synonyms } = searchIndex;
  const mean = entries.reduce((sum, entry) => sum + entry[4], 0) / entries.length;

  // As `words` and `american` in docs/_ext/website/search.py.
  const american = (word) => word
    .replace(/(?<=[\p{L}\p{N}_]{2})is(?=(e[ds]?|ing|ations?)$)/u, "iz")
    .replace(/(?<=[\p{L}\p{N}_]{3})our(?=(s|ed|ing|hood)?$)/u, "or")
    .replace(/(?<=[\p{L}\p{N}_]{3})ll(?=(ed|ing|er)$)/u, "l")
    .replace(/(?<=[\p{L}\p{N}_]{2})tre(?=s?$)/u, "ter")
    .replaceAll("grey", "gray");
  const words = (text) => (text.replaceAll("×", "x").match(/[\p{L}\p{N}]+(?:_[\p{L}\p{N}]+)*/gu) ?? [])
    .flatMap((name) => {
      const parts = name.split(/_|(?<=[a-z])(?=[A-Z])/);
      return parts.length > 1 ? [name, ...parts] : [name];
    })
    .map((word) => word.toLowerCase())
    .filter((word) => !stopwords.has(word) && !/^\p{N}+$/u.test(word))
    .map((word) => stemmer.stemWord(american(word)));

  // Whether one letter more, less or other, or two that change places, make one word the other.
  const isNear = (a, b) => {
    if (Math.abs(a.length - b.length) > 1) return false;
    let i = 0;
    while (i < a.length && a[i] == b[i]) i++;
    const swapped = b[i + 1] + b[i] + b.slice(i + 2) == a.slice(i);
    return swapped || [[1, 1], [1, 0], [0, 1]].some(([x, y]) => a.slice(i + x) == b.slice(i + y));
  };

  // The words of the index that a word stands for, each with how surely.
  const alike = (word) => {
    if (Object.hasOwn(index, word)) return [[word, 1]];
    const longer = Object.keys(index).filter((other) => word.length > 2 && other.startsWith(word));
    if (longer.length) return longer.map((other) => [other, 0.6]);
    return Object.keys(index).filter((other) => word.length > 4 && isNear(word, other)).map((other) => [other, 0.5]);
  };

  // What is asked for: each wish is a list of alternatives, each of these a list of words.
  const wishes = (query) => {
    const asked = words(query);
    const found = asked.map((word) => [[word]]);
    for (const group of synonyms) {
      for (const phrase of group) {
        const start = asked.findIndex((_, i) => phrase.every((word, j) => asked[i + j] == word));
        if (start < 0) continue;
        const others = group.filter((other) => other != phrase);
        for (const word of new Set(phrase)) found[asked.indexOf(word, start)].push(...others);
      }
    }
    return found;
  };

  // How well each entry fulfils a wish. A rare word says more; a long entry holds many by chance.
  const scores = (word) => {
    const found = new Map();
    for (const [other, sure] of alike(word)) {
      const places = index[other];
      const rarity = Math.log(1 + entries.length / (places.length / 2));
      for (let i = 0; i < places.length; i += 2) {
        const length = 0.75 + 0.25 * entries[places[i]][4] / mean;
        const score = sure * rarity * places[i + 1] / (places[i + 1] + 2 * length) * 3;
        found.set(places[i], Math.max(score, found.get(places[i]) ?? 0));
      }
    }
    return found;
  };
  const fulfil = (wish) => {
    const best = new Map();
    wish.forEach((phrase, number) => {
      const all = phrase.map(scores);
      for (const entry of new Set(all.flatMap((found) => [...found.keys()]))) {
        const sum = all.reduce((total, found) => total + (found.get(entry) ?? 0), 0) / phrase.length;
        const score = number ? 0.8 * sum : sum; // what was typed counts more than what means the same
        best.set(entry, Math.max(score, best.get(entry) ?? 0));
      }
    });
    return best;
  };

  // The pages that fit, each with its best entry. A page may fulfil its wishes in several places.
  const find = (query) => {
    const found = new Map();
    const asked = wishes(query);
    for (const wish of asked) {
      const inPage = new Map();
      for (const [entry, score] of fulfil(wish)) {
        const page = entries[entry][0];
        if (!found.has(page)) found.set(page, { page, score: 0, fulfilled: 0, entries: new Map() });
        const its = found.get(page).entries;
        its.set(entry, (its.get(entry) ?? 0) + score);
        inPage.set(page, Math.max(score, inPage.get(page) ?? 0));
      }
      for (const [page, score] of inPage) {
        found.get(page).score += score;
        found.get(page).fulfilled += 1;
      }
    }
    return [...found.values()].map((hit) => {
      const [entry, best] = [...hit.entries].reduce((a, b) => (b[1] > a[1] ? b : a));
      return { ...hit, entry, score: (hit.score + 2 * best) * hit.fulfilled / asked.length };
    }).sort((a, b) => pages[a.page][2] - pages[b.page][2] || b.score - a.score || a.page - b.page);
  };

  const field = document.querySelector("article input[name=q]");
  const results = document.getElementById("search-results");
  const element = (name, text, ...children) => {
    const made = document.createElement(name);
    made.textContent = text;
    made.append(...children);
    return made;
  };
  const show = () => {
    const hits = field.value.trim() ? find(field.value) : [];
    const items = hits.map(({ page, entry }) => {
      const [address, title] = pages[page];
      const [, anchor, section, excerpt] = entries[entry];
      const link = element("a", title);
      link.href = address + anchor;
      if (section != title) link.append(element("span", ` › ${section}`));
      return element("li", "", link, element("p", excerpt));
    });
    const count = `${hits.length || "No"} page${hits.length == 1 ? "" : "s"} found`;
    results.replaceChildren(...(field.value.trim() ? [element("p", count), element("ol", "", ...items)] : []));
  };
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.oninput = show;
  field.form.onsubmit = (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?${new URLSearchParams({ q: field.value })}`);
    show();
  };
  show();
}
