// <conv1x1-explorer>: change a number, see every pixel follow. conv1x1/explorer.py writes the data,
// tests/test_explorer.py compares what is shown with the package. Without import and export the file
// is a script as well as a module: browsers load no modules through file://. Without inline styles
// and HTML in strings it runs under a strict content security policy.
"use strict";
{
  let ids = 0;

  const range = (length) => [...Array(length).keys()];

  // An element with attributes; functions among them are event listeners.
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") element.addEventListener(name, value);
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };

  const button = (text, click, attributes) => make("button", { type: "button", click, ...attributes }, text);

  // NumPy's rounding, which takes a tie to the even neighbour where Math.round takes it up.
  const rounded = (value, decimals) => {
    const scaled = value * 10 ** decimals;
    const nearest = Math.round(scaled);
    return (nearest - scaled === 0.5 && nearest % 2 ? nearest - 1 : nearest) / 10 ** decimals;
  };

  // As conv1x1.display does: as many decimals as the values need, at least 1 and at most 4, the
  // same for all.
  const format = (values) => {
    const exact = (decimals) => values.every((value) => Math.abs(value - rounded(value, decimals)) <= 1e-9);
    const decimals = [1, 2, 3].find(exact) ?? 4;
    return values.map((value) => rounded(value, decimals).toFixed(decimals));
  };

  // The number that a reader typed, or NaN.
  const parse = (text, { min, max, whole }) => {
    const value = text?.trim() ? Number(text) : NaN;
    return value >= min && value <= max && (!whole || Number.isInteger(value)) ? value : NaN;
  };

  // -- The colours of a map ---------------------------------------------------------------------------

  const blend = (stops, share) => {
    const place = share * (stops.length - 1);
    const left = Math.min(Math.floor(place), stops.length - 2);
    return stops[left].map((byte, k) => Math.round(byte + (place - left) * (stops[left + 1][k] - byte)));
  };

  // As in conv1x1.figures: light to dark, or two hues around zero, and black or white text on it.
  const colourScale = ({ blues, purples }, values) => {
    const low = Math.min(0, ...values);
    const high = Math.max(0, ...values);
    const bound = Math.max(-low, high);
    return (value) => {
      const share = low < 0 ? (value / bound + 1) / 2 : 0.08 + (0.72 * value) / (high || 1);
      const colour = blend(low < 0 ? purples : blues, share);
      const [red, green, blue] = colour.map((byte) => (byte / 255) ** 2.2);
      const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18;
      return [`rgb(${colour})`, light ? "#000" : "#fff"];
    };
  };

  const fill = (element, text, [background, colour]) => {
    element.firstChild.data = text;
    element.style.backgroundColor = background;
    element.style.color = colour;
    return element;
  };

  // -- Parts ----------------------------------------------------------------------------------------

  const STEPS = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    Home: [0, -Infinity],
    End: [0, Infinity],
  };

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

  // What is wrong with the value of a control is said beside it.
  const messageFor = (control) => {
    const message = make("span", { class: "error", id: `explorer-${++ids}`, "aria-live": "polite" });
    control.setAttribute("aria-describedby", message.id);
    const complain = (text) => {
      message.textContent = text;
      control.setAttribute("aria-invalid", `${Boolean(text)}`);
    };
    return { message, complain };
  };

  // A number of the state: its input, its message and maybe a slider. Bad input changes nothing else.
  const numberField = (name, label, limits, changed, slider) => {
    const { min, max, whole } = limits;
    let good;
    const accept = (value) => {
      good = value;
      if (slide) slide.value = value;
      complain("");
    };
    const read = () => {
      const value = parse(input.value, limits);
      if (Number.isNaN(value)) {
        const [low, high] = [min, max].map((limit) => limit.toLocaleString("en"));
        const kind = whole ? "whole number" : "number";
        complain(`${label}: type a ${kind} from ${low} to ${high}. The result still uses ${good}.`);
        return;
      }
      accept(value);
      changed(name, value);
    };
    const follow = () => {
      input.value = slide.value;
      read();
    };
    const step = whole ? 1 : "any";
    const common = { "aria-label": label, autocomplete: "off" };
    const input = make("input", { ...common, type: "number", name, min, max, step, input: read });
    const { message, complain } = messageFor(input);
    const slide =
      slider &&
      make("input", {
        ...common,
        "aria-label": `${label}, slider`,
        type: "range",
        min: -1,
        max: 1,
        step: 0.05,
        input: follow,
      });
    const show = (value) => {
      input.value = value;
      accept(value);
    };
    return { input, message, show, slide };
  };

  // -- Filters: a row of weights each, and the bias at its end ---------------------------------------

  const CHANNELS = 3; // the article's maps; red, green and blue

  const namesOf = (count) => range(count).flatMap((k) => [...range(CHANNELS).map((c) => `w-${k}-${c}`), `b-${k}`]);

  const filtersOf = (state) => {
    const values = Object.values(state);
    return range(values.length / (CHANNELS + 1)).map((k) => values.slice(k * (CHANNELS + 1), (k + 1) * (CHANNELS + 1)));
  };

  const stateOf = (filters) => {
    const values = filters.flat();
    return Object.fromEntries(namesOf(filters.length).map((name, k) => [name, values[k]]));
  };

  // The buttons that add a filter and remove one, and the names that a link may hold.
  const filterEditor = (shell) => {
    const { filters: examples = [[]] } = shell.data;
    const add = button("Add a filter", () => {
      const filters = filtersOf(shell.state);
      const { length } = filters;
      if (length < examples.length) shell.load(stateOf([...filters, examples[length]]));
      shell.say(length < examples.length ? `Filter ${length} added.` : `${length} filters are as many as fit here.`);
    });
    const remove = (k) => {
      const click = () => {
        const filters = filtersOf(shell.state);
        if (filters.length > 1) {
          shell.load(stateOf(filters.filter((_, other) => other !== k)));
          add.focus();
        }
        shell.say(filters.length > 1 ? `Filter ${k} removed.` : "One filter has to stay.");
      };
      return button("×", click, { "aria-label": `Remove filter ${k}` });
    };
    const names = (params) => {
      const count = range(examples.length).findLast((k) => params.has(`b-${k}`)) ?? 0;
      return namesOf(count + 1);
    };
    return { add, names, remove };
  };

  // "(3, 6, 6) → 2 filters → (2, 6, 6)", and the parameters they have.
  const shapesOf = (filters, height, width) => {
    const { length } = filters;
    const shape = (maps) => make("b", {}, `(${maps}, ${height}, ${width})`);
    return [
      shape(CHANNELS),
      ` → ${length} filter${length > 1 ? "s" : ""} → `,
      shape(length),
      make("br"),
      `${length} × ${CHANNELS} weights + ${length} bias${length > 1 ? "es" : ""} = `,
      make("b", {}, `${filters.flat().length} parameters`),
    ];
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

  // -- A photograph ----------------------------------------------------------------------------------

  const PREVIEW = 2 ** 18; // pixels that are mixed within a frame, even on a phone
  const STRIP = 2 ** 16; // pixels that are mixed between two looks at the clock
  const SLICE = 8; // milliseconds of work before the page gets a turn

  // A canvas to draw on. Its pixels are read again and again, so they stay out of the graphics card.
  const canvasOf = (width, height) =>
    make("canvas", { width, height, role: "img" }).getContext("2d", { willReadFrequently: true });

  // Mix the channels of RGBA pixels in place. The array rounds, ties to even, and clamps.
  const mix = (pixels, [[a, b, c, d], [e, f, g, h], [i, j, k, l]]) => {
    for (let at = 0; at < pixels.length; at += 4) {
      const red = pixels[at];
      const green = pixels[at + 1];
      const blue = pixels[at + 2];
      pixels[at] = a * red + b * green + c * blue + d;
      pixels[at + 1] = e * red + f * green + g * blue + h;
      pixels[at + 2] = i * red + j * green + k * blue + l;
    }
  };

  const coloursView = (shell) => {
    const { channels, photo, pixels: limits } = shell.data;
    const editor = filterEditor(shell);
    let picture; // at full size and as a preview: what it is, and what it becomes
    let painting;
    let run = 0;
    let opened = 0;

    const body = make("tbody");
    const errors = make("div");
    const shapes = make("p", { "aria-live": "polite" });
    const before = make("div");
    const after = make("div");
    const view = make("select", { change: () => paint() });

    const describe = () => {
      const { width, height } = picture.source.canvas;
      shapes.replaceChildren(...shapesOf(filtersOf(shell.state), height, width));
    };

    const present = ({ canvas }, frame, label) => {
      const { width, height } = picture.source.canvas;
      canvas.setAttribute("aria-label", `${label}, ${width} × ${height} pixels`);
      frame.replaceChildren(canvas);
    };

    // First the preview, at once; then every pixel, strip by strip. A newer call stops this one.
    const finish = async (mine) => {
      const { source, result, preview, previewed } = picture;
      const filters = filtersOf(shell.state).map(([red, green, blue, bias]) => [red, green, blue, bias * 255]);
      // Which three filters make the red, green and blue that the reader sees.
      const seen = view.value === "all" ? filters.slice(0, 3) : Array(3).fill(filters[view.value]);
      const copy = new ImageData(preview.data.slice(), preview.width);
      mix(copy.data, seen);
      previewed.putImageData(copy, 0, 0);
      present(previewed, after, "The result");
      after.setAttribute("aria-busy", `${Boolean(result)}`);
      if (!result) return;
      const { width, height } = source.canvas;
      const lines = Math.ceil(STRIP / width);
      let pause = 0;
      for (let top = 0; top < height; top += lines) {
        if (performance.now() > pause) {
          await new Promise((resume) => setTimeout(resume));
          if (mine !== run) return;
          pause = performance.now() + SLICE;
        }
        const strip = source.getImageData(0, top, width, Math.min(lines, height - top));
        mix(strip.data, seen);
        result.putImageData(strip, 0, top);
      }
      present(result, after, "The result");
      after.setAttribute("aria-busy", "false");
    };
    const paint = () => {
      if (picture) painting = finish(++run);
    };

    const file = make("input", { accept: "image/*", change: () => choose(file.files), type: "file" });
    const { message, complain } = messageFor(file);
    const refuse = (blob, why) => complain(`“${blob.name}” ${why}. The picture stays as it was.`);

    // Why a picture does not fit, or "". An <img> need not decode: 100 megapixels could end the page.
    const misfit = async (blob) => {
      const image = new Image();
      image.src = URL.createObjectURL(blob);
      await new Promise((resolve, reject) => Object.assign(image, { onload: resolve, onerror: reject }));
      URL.revokeObjectURL(image.src);
      const { naturalWidth: width, naturalHeight: height } = image;
      const { min, max, side } = limits;
      if (width * height >= min && width * height <= max && width <= side && height <= side) return "";
      return `has ${width} × ${height} pixels; ${min} to ${max.toLocaleString("en")} fit, and ${side} on a side`;
    };

    const open = async (blob, label) => {
      const mine = ++opened;
      try {
        // What the package wrote into the page needs no check.
        const why = blob.name && (await misfit(blob));
        const bitmap = !why && (await createImageBitmap(blob)); // decoded beside the page's own thread
        if (mine !== opened) return;
        if (why) return refuse(blob, why);
        const size = [bitmap.width, bitmap.height];
        const share = Math.min(1, Math.sqrt(PREVIEW / (size[0] * size[1])));
        const small = size.map((length) => Math.ceil(length * share));
        const [source, shown] = [canvasOf(...size), canvasOf(...small)];
        source.drawImage(bitmap, 0, 0);
        shown.drawImage(bitmap, 0, 0, ...small);
        picture = {
          source,
          result: share < 1 && canvasOf(...size),
          preview: shown.getImageData(0, 0, ...small),
          previewed: canvasOf(...small),
        };
        complain("");
        present(shown, before, label);
        describe();
        paint();
      } catch {
        if (mine === opened) refuse(blob, "is no picture that this browser can read");
      }
    };
    const choose = (files) => files[0] && open(files[0], "Your picture");

    const save = button("Save the result", async () => {
      do await painting;
      while (after.getAttribute("aria-busy") === "true");
      const offer = (blob) => make("a", { download: "result.png", href: URL.createObjectURL(blob) }).click();
      after.firstChild?.toBlob(offer);
    });

    const surprise = button("random", () => {
      const number = () => rounded(2 * Math.random() - 1, 2);
      shell.load(Object.fromEntries(Object.keys(shell.state).map((name) => [name, number()])));
    });

    const bytes = Uint8Array.from(atob(photo.base64), (letter) => letter.charCodeAt());
    open(new Blob([bytes], { type: photo.type }), photo.alt);

    return {
      presets: [surprise],
      names: editor.names,
      nodes: [
        make("div", { class: "pictures" }, before, after),
        make(
          "div",
          { class: "map" },
          make(
            "table",
            { class: "matrix" },
            make("caption", {}, "The filters, one a row"),
            make("tr", {}, ...["", ...channels, "bias", ""].map((name) => make(name ? "th" : "td", {}, name))),
            body,
          ),
          errors,
        ),
        make("div", { class: "line" }, editor.add, save, make("label", {}, "Show ", view)),
        shapes,
        make(
          "div",
          {
            class: "drop",
            dragover: (event) => event.preventDefault(),
            drop: (event) => {
              event.preventDefault();
              choose(event.dataTransfer.files);
            },
          },
          make("label", {}, make("span", {}, "Use a picture of yours, or drop one here"), file),
          message,
          make("p", {}, "It is not sent anywhere: it never leaves this page."),
        ),
      ],
      build: (state) => {
        const count = filtersOf(state).length;
        const colour = count === 3;
        errors.replaceChildren();
        body.replaceChildren(
          ...range(count).map((k) => {
            const name = colour ? `new ${channels[k]}` : `map ${k}`;
            const cell = (field, label) => {
              const { input, message } = shell.field(field, label);
              errors.append(message);
              return make("td", {}, input);
            };
            return make(
              "tr",
              {},
              make("th", { scope: "row" }, name),
              ...channels.map((channel, c) => cell(`w-${k}-${c}`, `${name} from ${channel}`)),
              cell(`b-${k}`, `bias of ${name}`),
              make("td", {}, editor.remove(k)),
            );
          }),
        );
        view.replaceChildren(
          ...(count < 3 ? [] : [make("option", { value: "all" }, "maps 0, 1, 2 as red, green, blue")]),
          ...range(count).map((k) => make("option", { value: k }, `map ${k} in grey`)),
        );
        if (picture) describe();
      },
      show: paint,
    };
  };

  // -- Costs -----------------------------------------------------------------------------------------

  // Digits in groups of three. The gaps are margins, so the text is the plain number.
  const grouped = (count) => `${count}`.split(/(?=(?:\d{3})+$)/).map((digits) => make("span", {}, digits));

  const calculatorView = (shell) => {
    const names = Object.keys(shell.data.inputs);
    const saving = make("p", { class: "title", "aria-live": "polite" });
    const bars = [];
    const group = (title, unit) => {
      const parts = ["", "bottleneck_"].flatMap((kind) => {
        const path = make("span", { id: `explorer-${++ids}` });
        const output = make("output", { name: kind + unit, "aria-labelledby": path.id, "aria-live": "off" });
        const bar = make("div", { class: `bar ${unit}` });
        bars.push({ bar, output, path });
        return [make("div", { class: "count" }, path, output), bar];
      });
      return make("div", { role: "group", "aria-label": title }, make("p", { class: "title" }, title), ...parts);
    };
    const fields = Object.entries(shell.data.inputs).map(([name, label]) => {
      const { input, message } = shell.field(name, label);
      return make("div", { class: "control" }, make("label", {}, label, input), message);
    });
    return {
      names: () => names,
      nodes: [
        make("div", { class: "inputs" }, ...fields),
        group("Parameters", "params"),
        group("MACs", "macs"),
        saving,
      ],
      build: () => {},
      show: (state) => {
        // Exact, however large: the product of six numbers outgrows a floating-point number.
        const [wide, out, height, width, side, narrow] = names.map((name) => BigInt(state[name]));
        const params = [wide * out * side ** 2n, wide * narrow + narrow * out * side ** 2n];
        const macs = params.map((count) => count * height * width);
        const last = `${side}×${side} to ${out}`;
        const paths = [
          ["Direct", last],
          ["Bottleneck", `1×1 to ${narrow}, ${last}`],
        ];
        [...params, ...macs].forEach((count, k) => {
          const { bar, output, path } = bars[k];
          const [title, way] = paths[k % 2];
          path.replaceChildren(make("b", {}, title), ` ${way}`);
          output.replaceChildren(...grouped(count));
          bar.style.width = `${Math.min(1, Number(params[k % 2]) / Number(params[1 - (k % 2)])) * 100}%`;
        });
        const factor = Number(params[0]) / Number(params[1]);
        const times = Math.max(factor, 1 / factor).toLocaleString("en", { maximumSignificantDigits: 3 });
        const words = factor > 1 ? "fewer" : "as many";
        saving.textContent = `The bottleneck needs ${times} times ${words} parameters and MACs.`;
      },
    };
  };

  // -- The element -----------------------------------------------------------------------------------

  const VIEWS = { calculator: calculatorView, colours: coloursView, filters: mapsView, maps: mapsView };

  // Presets, reset, the link and the messages, which every view has.
  const start = (element) => {
    const data = JSON.parse(element.querySelector("script").textContent);
    const fields = new Map();
    const presets = Object.entries(data.presets);
    const status = make("p", { role: "status" });

    const changed = (name, value) => {
      shell.state[name] = value;
      refresh();
    };
    const shell = {
      data,
      field: (name, label, slider) => {
        const field = numberField(name, label, data.limits, changed, slider);
        fields.set(name, field);
        return field;
      },
      load: (state) => {
        shell.state = { ...state };
        view.build(state);
        for (const [name, value] of Object.entries(state)) fields.get(name).show(value);
        refresh();
      },
      note: () => (link.href = `#explorer?${new URLSearchParams({ ...shell.state, ...view.extra?.() })}`),
      say: (text) => (status.textContent = text),
    };
    const refresh = () => {
      view.show(shell.state);
      shell.say("");
      shell.note();
      const now = JSON.stringify(shell.state);
      presets.forEach(([, state], k) => buttons[k].setAttribute("aria-pressed", `${now === JSON.stringify(state)}`));
    };

    const begin = (params, state) => {
      view.restore?.(params);
      shell.load(state);
    };

    const view = VIEWS[element.getAttribute("mode")](shell);
    const buttons = presets.map(([name, state]) => button(name, () => shell.load(state)));
    const link = make("a", {}, "Link to this state");
    const reset = button("Reset", () => begin(new URLSearchParams(), presets[0][1]));

    // Load the state that the address holds. A link that is broken anywhere changes nothing.
    const restore = () => {
      const query = location.hash.match(/^#explorer\?(.*)/)?.[1];
      if (query === undefined) return false;
      const params = new URLSearchParams(query);
      const names = view.names(params);
      const state = Object.fromEntries(names.map((name) => [name, parse(params.get(name), data.limits)]));
      const good = !Object.values(state).some(Number.isNaN);
      if (good) begin(params, state);
      shell.say(
        good
          ? "The address of this page holds this state: copy it, or bookmark it."
          : "The link holds no state that this explorer knows.",
      );
      return good;
    };

    const live = make(
      "div",
      { class: "live" },
      make("div", { class: "presets", role: "group", "aria-label": "Presets" }, ...buttons, ...(view.presets ?? [])),
      ...view.nodes,
      make("div", { class: "line" }, reset, link, status),
    );
    reset.click();
    element.append(live);
    element.setAttribute("ready", "");
    if (restore()) element.scrollIntoView();
    addEventListener("hashchange", restore);
  };

  customElements.define(
    "conv1x1-explorer",
    class extends HTMLElement {
      connectedCallback() {
        // Moved within the page, it is connected again.
        if (!this.hasAttribute("ready")) start(this);
      }
    },
  );
}
