// Feature maps, with one filter or several: see explorer.js, which this file needs.
"use strict";
{
  const { button, colourScale, fill, filterEditor, filtersOf, format, make, range, shapesOf, STEPS } = conv1x1Explorer;

  const tableOf = (caption, cells, width, attributes) =>
    make(
      "table",
      attributes,
      make("caption", {}, caption),
      make("tr", {}, make("td"), ...range(width).map((column) => make("th", { scope: "col" }, `${column}`))),
      ...range(cells.length / width).map((row) =>
        make("tr", {}, make("th", { scope: "row" }, `${row}`), ...cells.slice(row * width, (row + 1) * width)),
      ),
    );

  // A map for the pointer and the arrow keys: one stop of the tab key, as ARIA's grid pattern asks.
  const mapGrid = (caption, height, width, attributes, look) => {
    const cells = range(height * width).map((index) => {
      const place = { "data-row": Math.floor(index / width), "data-col": index % width };
      return make("td", { ...attributes, ...place, role: "gridcell", tabindex: index ? -1 : 0 }, "");
    });
    const clamp = (value, size) => Math.max(0, Math.min(size - 1, value));
    const move = (event) => {
      const step = STEPS[event.key];
      const index = cells.indexOf(event.target);
      if (!step || index < 0) return;
      event.preventDefault();
      const row = clamp(Math.floor(index / width) + step[0], height);
      cells[row * width + clamp((index % width) + step[1], width)].focus();
    };
    const point = (event) => {
      const index = cells.indexOf(event.target);
      if (index < 0) return;
      if (event.type === "focusin") cells.forEach((cell, k) => (cell.tabIndex = k === index ? 0 : -1));
      look(index);
    };
    const listeners = { role: "grid", keydown: move, pointerover: point, focusin: point };
    return { cells, node: make("div", { class: "map" }, tableOf(caption, cells, width, listeners)) };
  };

  // -- Feature maps: one filter, or as many as the reader likes --------------------------------------

  const HINT =
    "Point at a pixel, tap it, or go there with the arrow keys: T shows what it is made of, a map what it reaches.";

  const mapsView = (shell) => {
    const { channels, filters: examples, maps, palettes, pixel, printed, wrong } = shell.data;
    const height = maps[0].length;
    const width = maps[0][0].length;
    const indexOf = ([row, column]) => row * width + column;
    const values = maps.map((map) => map.flat());
    const factors = [...values, values[0].map(() => 1)]; // the bias is the weight of a map of ones
    const editor = filterEditor(shell);

    let filters;
    let outputs; // of each filter: its grid, its values, and the weights that they are of
    let lit = [];
    // What the reader looks at: a pixel, of the output of a filter or of the map of a channel.
    let at;
    let filter = 0;
    let channel;

    const nameOf = (k, place) => `T[${examples ? [k, ...place] : place}]`;
    const place = () => [Math.floor(at / width), at % width];

    const reach = make("p", { class: "reach" });
    const sum = make("p");
    const shapes = make("p", { "aria-live": "polite" });
    const cards = make("div", { class: "filters" });

    // Look at the output of filter k or, if c is given, at the map of channel c.
    const look = (k, c) => (index) => {
      [at, filter, channel] = [index, k ?? filter, c];
      showPixel();
      shell.note();
    };

    const scale = colourScale(palettes, values.flat());
    const inputs = values.map((map, c) => {
      const grid = mapGrid(channels[c], height, width, { "data-channel": c }, look(undefined, c));
      grid.cells.forEach((cell, index) => fill(cell, map[index], scale(map[index])));
      return grid;
    });

    const showPixel = () => {
      const bias = filters[filter].at(-1);
      const weights = format(filters[filter].slice(0, -1));
      const down = channel === undefined; // from the output to what it is made of
      lit.forEach((cell) => cell.classList.remove("lit"));
      lit = [
        ...inputs.filter((_, c) => down || c === channel),
        ...outputs.filter((_, k) => !down || k === filter),
      ].map((grid) => grid.cells[at]);
      lit.forEach((cell) => cell.classList.add("lit"));

      const terms = weights.map((weight, c) => {
        const held = values[c][at];
        const chip = fill(make("span", { class: "chip" }, ""), held, scale(held));
        return [c ? " + " : "", make("span", { class: "term" }, `${weight}·`, chip)];
      });
      sum.replaceChildren(
        `${nameOf(filter, place())} = `,
        ...terms.flat(),
        `${bias ? ` + ${format([bias])}` : ""} = `,
        make("b", {}, ...format([outputs[filter].values[at]])),
      );
      const reached = filters.length > 1 ? `pixel (${place().join(", ")}) of each output map` : nameOf(0, place());
      reach.textContent = down ? "" : `This pixel of ${channels[channel]} reaches ${reached}, and no other.`;
    };

    const card = (k) => {
      const title = examples ? `filter ${k}` : "filter";
      const control = (name, text) => {
        const { input, message, slide } = shell.field(name, `${title} ${text}`, true);
        return make("div", { class: "control" }, make("label", {}, make("span", {}, text), input), slide, message);
      };
      const caption = examples ? `T[${k}], output map ${k}` : "T, the output";
      outputs.push(mapGrid(caption, height, width, { "data-map": k }, look(k)));
      return make(
        "div",
        { class: "filter" },
        make(
          "div",
          { class: "controls" },
          make("p", { class: "title" }, title, ...(examples ? [editor.remove(k)] : [])),
          ...channels.map((channel, c) => control(`w-${k}-${c}`, `× ${channel}`)),
          control(`b-${k}`, "+ bias"),
        ),
        outputs[k].node,
      );
    };

    // The article's result as it was printed.
    const still = () => {
      const colours = colourScale(palettes, printed.flat());
      const cells = printed.flat().map((value) => fill(make("td", {}, ""), value.toFixed(1), colours(value)));
      for (const { pixel: place } of wrong) {
        const cell = cells[indexOf(place)];
        cell.replaceChildren(make("mark", {}, `✗${cell.textContent}`));
      }
      const notes = wrong.map((m) => `✗ ${nameOf(0, m.pixel)} is printed ${m.printed}; it is ${m.computed}. `);
      return make(
        "details",
        { toggle: shell.note },
        make("summary", {}, "T as the article prints it"),
        make("div", { class: "map" }, tableOf("T, as printed", cells, width)),
        make("p", {}, ...notes, `The other ${cells.length - wrong.length} entries are right.`),
      );
    };
    const print = printed && still();

    return {
      names: editor.names,
      nodes: [
        make("div", { class: "maps" }, ...inputs.map((grid) => grid.node), make("p", { class: "hint" }, HINT)),
        cards,
        make("div", { class: "spelled", "aria-atomic": "true", "aria-live": "polite" }, reach, sum),
        examples ? make("div", { class: "line" }, editor.add, shapes) : print,
      ],
      build: (state) => {
        filters = filtersOf(state);
        outputs = [];
        filter = 0;
        cards.replaceChildren(...filters.map((_, k) => card(k)));
        shapes.replaceChildren(...shapesOf(filters, height, width));
      },
      show: (state) => {
        filters = filtersOf(state);
        filters.forEach((weights, k) => {
          const output = outputs[k];
          if (output.of === `${weights}`) return;
          output.of = `${weights}`;
          output.values = values[0].map((_, i) => weights.reduce((sum, weight, c) => sum + weight * factors[c][i], 0));
          const texts = format(output.values);
          const colours = colourScale(palettes, output.values);
          output.cells.forEach((cell, index) => fill(cell, texts[index], colours(output.values[index])));
          output.node.style.setProperty("--digits", Math.max(...texts.map((text) => text.length)));
        });
        showPixel();
      },
      extra: () => ({ at: place(), ...(print?.open && { printed: "" }) }),
      restore: (params) => {
        at = indexOf(params.get("at")?.split(",").map(Number) ?? pixel);
        if (!(at in values[0])) at = indexOf(pixel);
        channel = undefined;
        filter = 0;
        if (print) print.open = params.has("printed");
      },
    };
  };

  conv1x1Explorer.add({ filters: mapsView, maps: mapsView });
}
