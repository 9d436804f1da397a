// The explorers of the website: <conv1x1-explorer mode="maps | filters | colours | calculator">.
//
// The package writes the data into the element (conv1x1/explorer.py, docs/_ext/explorer.py). What
// is shown is what conv1x1, conv_cost and conv1x1.display give, and tests/test_explorer.py compares.
// Nothing is imported and nothing exported, so the file runs as a module and as a plain script: a
// browser loads no module through file://. There is no inline style and no HTML in strings, so it
// also runs under a content security policy that forbids both.
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
  // same for all. Adding 0 turns -0 into 0.
  const format = (values) => {
    const exact = (decimals) => values.every((value) => Math.abs(value - rounded(value, decimals)) <= 1e-9);
    const decimals = [1, 2, 3].find(exact) ?? 4;
    return values.map((value) => (rounded(value, decimals) + 0).toFixed(decimals));
  };

  // The number that a reader typed, or NaN.
  const parse = (text, { min, max, whole }) => {
    const value = text?.trim() ? Number(text) : NaN;
    return value >= min && value <= max && (!whole || Number.isInteger(value)) ? value : NaN;
  };

  // -- Colours: those of conv1x1.figures, which takes them from Matplotlib ---------------------------

  const palette = (text) => text.match(/\w{6}/g).map((hex) => hex.match(/../g).map((byte) => parseInt(byte, 16)));
  const BLUES = palette("f7fbff deebf7 c6dbef 9ecae1 6baed6 4292c6 2171b5 08519c 08306b");
  const PURPLE_ORANGE = palette("2d004b 542788 8073ac b2abd2 d8daeb f7f7f7 fee0b6 fdb863 e08214 b35806 7f3b08");

  const blend = (stops, share) => {
    const place = share * (stops.length - 1);
    const left = Math.min(Math.floor(place), stops.length - 2);
    return stops[left].map((byte, k) => Math.round(byte + (place - left) * (stops[left + 1][k] - byte)));
  };

  // Light to dark, or two hues around zero, with black or white text, whichever reads better.
  const colourScale = (values) => {
    const low = Math.min(0, ...values);
    const high = Math.max(0, ...values);
    const bound = Math.max(-low, high);
    return (value) => {
      const colour = low < 0 ? blend(PURPLE_ORANGE, (value / bound + 1) / 2) : blend(BLUES, 0.08 + (0.72 * value) / (high || 1));
      const [red, green, blue] = colour.map((byte) => (byte / 255) ** 2.2);
      const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18;
      return [`rgb(${colour})`, light ? "#000" : "#fff"];
    };
  };

  const tint = (element, [background, text]) => {
    element.style.backgroundColor = background;
    element.style.color = text;
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

  // A map that the pointer and the arrow keys look through. It is one stop of the tab key, as the
  // grid pattern of ARIA asks. `look` is told the index of the pixel.
  const mapGrid = (caption, height, width, attributes, look) => {
    const cells = range(height * width).map((index) =>
      make("td", {
        ...attributes,
        "data-row": Math.floor(index / width),
        "data-col": index % width,
        role: "gridcell",
        tabindex: index ? -1 : 0,
      }),
    );
    const clamp = (value, size) => Math.max(0, Math.min(size - 1, value));
    const indexOf = (event) => cells.indexOf(event.target);
    const move = (event) => {
      const step = STEPS[event.key];
      const index = indexOf(event);
      if (!step || index < 0) return;
      event.preventDefault();
      const down = event.ctrlKey ? step[1] : step[0];
      const row = clamp(Math.floor(index / width) + (event.ctrlKey && Math.abs(down) !== Infinity ? 0 : down), height);
      cells[row * width + clamp((index % width) + step[1], width)].focus();
    };
    const point = (event) => {
      const index = indexOf(event);
      if (index < 0) return;
      if (event.type === "focusin") cells.forEach((cell, k) => (cell.tabIndex = k === index ? 0 : -1));
      look(index);
    };
    const listeners = { role: "grid", keydown: move, pointerover: point, focusin: point };
    return { cells, node: make("div", { class: "map" }, tableOf(caption, cells, width, listeners)) };
  };

  // One number of the state: its input, its message and, where asked for, its slider. Bad input is
  // explained in the message and changes nothing else.
  const numberField = (name, label, limits, changed, slider) => {
    const message = make("span", { class: "error", id: `explorer-${++ids}`, "aria-live": "polite" });
    let good;
    const complain = (text) => {
      message.textContent = text;
      if (text) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    };
    const read = () => {
      const value = parse(input.value, limits);
      if (Number.isNaN(value)) {
        const kind = limits.whole ? "whole number" : "number";
        const [min, max] = [limits.min, limits.max].map((limit) => limit.toLocaleString("en"));
        complain(`${label}: type a ${kind} from ${min} to ${max}. The result still uses ${good}.`);
        return;
      }
      complain("");
      good = value;
      if (slide) slide.value = value;
      changed(name, value);
    };
    const input = make("input", {
      "aria-describedby": message.id,
      "aria-label": label,
      autocomplete: "off",
      input: read,
      max: limits.max,
      min: limits.min,
      name,
      // With step="any" every number is valid, and the arrow keys would go in ones.
      keydown: (event) => {
        const way = { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key];
        if (limits.whole || !way) return;
        event.preventDefault();
        input.value = Number((good + way).toFixed(6));
        read();
      },
      step: limits.whole ? 1 : "any",
      type: "number",
    });
    const slide =
      slider &&
      make("input", {
        "aria-label": `${label}, slider`,
        autocomplete: "off",
        input: () => {
          input.value = slide.value;
          read();
        },
        max: 1,
        min: -1,
        step: 0.05,
        type: "range",
      });
    const show = (value) => {
      good = value;
      input.value = value;
      if (slide) slide.value = value;
      complain("");
    };
    return { input, message, show, slide };
  };

  // -- The state of filters: names as in w-K-C and b-K ------------------------------------------------

  const MOST_FILTERS = 8;

  const filterNames = (count, channels) =>
    range(count).flatMap((k) => [...range(channels).map((c) => `w-${k}-${c}`), `b-${k}`]);

  const filtersOf = (state, channels) =>
    range(Object.keys(state).length / (channels + 1)).map((k) => ({
      weights: range(channels).map((c) => state[`w-${k}-${c}`]),
      bias: state[`b-${k}`],
    }));

  const stateOf = (filters) => {
    const values = filters.flatMap(({ weights, bias }) => [...weights, bias]);
    const names = filterNames(filters.length, filters[0].weights.length);
    return Object.fromEntries(names.map((name, k) => [name, values[k]]));
  };

  // The buttons that add a filter and remove one, and the names that a link may hold.
  const filterEditor = (shell) => {
    const { channels, filters: examples } = shell.data;
    const now = () => filtersOf(shell.state, channels.length);
    const add = button("Add a filter", () => {
      const filters = now();
      if (filters.length === MOST_FILTERS) return shell.say(`${MOST_FILTERS} filters are as many as fit here.`);
      shell.load(stateOf([...filters, { weights: examples[filters.length], bias: 0 }]));
      shell.say(`Filter ${filters.length} added.`);
    });
    const remove = (k) =>
      button("×", () => {
        const filters = now();
        if (filters.length === 1) return shell.say("One filter has to stay.");
        shell.load(stateOf(filters.filter((_, other) => other !== k)));
        shell.say(`Filter ${k} removed.`);
        add.focus();
      }, { "aria-label": `Remove filter ${k}`, class: "remove" });
    const names = (params) => {
      const count = params.filter((name) => name.startsWith("b-")).length;
      return filterNames(Math.min(Math.max(count, 1), examples ? MOST_FILTERS : 1), channels.length);
    };
    return { add, names, remove };
  };

  const countOf = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

  // "(3, 6, 6) → 2 filters → (2, 6, 6)", and the parameters they have.
  const shapesOf = (filters, height, width) => {
    const count = filters.length;
    const channels = filters[0].weights.length;
    const shape = (maps) => make("b", {}, `(${maps}, ${height}, ${width})`);
    const sizes = `${count} × ${channels} weights + ${count === 1 ? "1 bias" : `${count} biases`}`;
    return [
      shape(channels),
      ` → ${countOf(count, "filter")} → `,
      shape(count),
      make("br"),
      `${sizes} = `,
      make("b", {}, `${count * (channels + 1)} parameters`),
    ];
  };

  // -- Feature maps: one filter, or as many as the reader likes --------------------------------------

  const mapsView = (shell) => {
    const { channels, maps, printed, wrong } = shell.data;
    const height = maps[0].length;
    const width = maps[0][0].length;
    const values = maps.map((map) => map.flat());
    const editable = "filters" in shell.data;
    const editor = filterEditor(shell);

    let filters = [];
    let outputs = []; // of each filter: its grid, and its values once computed
    let lit = [];
    // What the reader looks at: a pixel, of the output of a filter or of the map of a channel.
    let at = shell.data.pixel[0] * width + shell.data.pixel[1];
    let from = { filter: 0 };

    const place = () => [Math.floor(at / width), at % width];
    const nameOf = (k, [row, column]) => `T[${editable ? `${k},` : ""}${row},${column}]`;

    const heading = make("p", { class: "pixel" });
    const products = make("div", { class: "products", "aria-hidden": "true" });
    const reach = make("p", { class: "reach" });
    const sum = make("p", { class: "sum" });
    const shapes = make("p", { class: "shapes", "aria-live": "polite" });
    const cards = make("div", { class: "filters" });

    const lookFrom = (origin) => (index) => {
      at = index;
      from = "channel" in origin ? { ...origin, filter: Math.min(from.filter, filters.length - 1) } : origin;
      showPixel();
      shell.note();
    };

    const scale = colourScale(values.flat());
    const inputs = values.map((map, channel) => {
      const grid = mapGrid(channels[channel], height, width, { "data-channel": channel }, lookFrom({ channel }));
      grid.cells.forEach((cell, index) => {
        cell.textContent = map[index];
        tint(cell, scale(map[index]));
      });
      return grid;
    });

    const showPixel = () => {
      const { weights, bias } = filters[from.filter];
      const held = values.map((map) => map[at]);
      const result = outputs[from.filter].values[at];
      const whole = "channel" in from;
      lit.forEach((cell) => cell.classList.remove("lit"));
      lit = [
        ...inputs.filter((_, c) => !whole || c === from.channel),
        ...outputs.filter((_, k) => whole || k === from.filter),
      ].map((grid) => grid.cells[at]);
      lit.forEach((cell) => cell.classList.add("lit"));

      const [row, column] = place();
      heading.textContent = `Pixel (${row}, ${column})`;
      const terms = weights.map((weight, c) => weight * held[c]);
      const texts = format([...terms, bias, result]);
      const factors = format(weights);
      const line = (c) => {
        const chip = make("span", { class: "chip" }, `${held[c]}`);
        tint(chip, scale(held[c]));
        return [chip, make("span", {}, `× ${factors[c]}`), make("span", {}, `= ${texts[c]}`)];
      };
      products.replaceChildren(
        ...held.flatMap((_, c) => line(c)),
        ...(bias ? [make("span"), make("span", {}, "bias"), make("span", {}, `+ ${texts.at(-2)}`)] : []),
        make("span", { class: "total" }, texts.at(-1)),
      );
      const spelled = factors.map((factor, c) => `${factor}·${held[c]}`);
      if (bias) spelled.push(format([bias])[0]);
      const alone = outputs.length > 1 ? `pixel (${row}, ${column}) of each output map` : nameOf(0, place());
      reach.textContent = whole ? `This pixel of ${channels[from.channel]} reaches ${alone}, and no other.` : "";
      sum.textContent = `${nameOf(from.filter, place())} = ${spelled.join(" + ")} = ${format([result])[0]}`;
    };

    const card = (k) => {
      const title = editable ? `filter ${k}` : "the filter";
      const part = (name, word, label) => {
        const { input, message, slide } = shell.field(name, label, true);
        return make("div", { class: "control" }, make("label", {}, make("span", {}, word), input), slide, message);
      };
      const controls = [
        ...channels.map((channel, c) => part(`w-${k}-${c}`, `× ${channel}`, `weight × ${channel} of ${title}`)),
        part(`b-${k}`, "+ bias", `+ bias of ${title}`),
      ];
      const caption = editable ? `T[${k}], output map ${k}` : "T, the output";
      outputs.push(mapGrid(caption, height, width, { "data-map": k }, lookFrom({ filter: k })));
      return make(
        "div",
        { class: "filter", role: "group", "aria-label": title },
        make("div", { class: "controls" }, make("p", { class: "title" }, editable ? title : "Filter", ...(editable ? [editor.remove(k)] : [])), ...controls),
        outputs[k].node,
      );
    };

    // The article's result as it was printed, beside ours.
    const still = () => {
      const isWrong = (index) => wrong.some(({ pixel }) => pixel[0] * width + pixel[1] === index);
      const cells = format(printed.flat()).map((text, index) =>
        make("td", {}, isWrong(index) ? make("mark", {}, `✗ ${text}`) : text),
      );
      const notes = wrong.map((m) => `✗ ${nameOf(0, m.pixel)} is printed ${m.printed}; it is ${m.computed}.`);
      const rest = `The other ${cells.length - wrong.length} entries are right.`;
      const table = make("div", { class: "map" }, tableOf("T, as the article prints it", cells, width));
      return make("div", { class: "printed", hidden: "" }, table, make("p", {}, [...notes, rest].join(" ")));
    };
    const print = printed && still();
    const toggle =
      printed &&
      make("input", {
        change: () => {
          print.hidden = !toggle.checked;
          shell.note();
        },
        type: "checkbox",
      });

    return {
      names: editor.names,
      nodes: [
        make(
          "div",
          { class: "maps" },
          ...inputs.map((grid) => grid.node),
          make("div", { class: "column" }, heading, products, make("div", { "aria-live": "polite" }, reach, sum)),
        ),
        cards,
        ...(printed ? [make("label", { class: "check" }, toggle, "Show T as the article prints it"), print] : []),
        ...(editable ? [make("div", { class: "row" }, editor.add, shapes)] : []),
      ],
      build: (state) => {
        outputs = [];
        from = { filter: 0 };
        cards.replaceChildren(...filtersOf(state, channels.length).map((_, k) => card(k)));
      },
      show: (state) => {
        filters = filtersOf(state, channels.length);
        filters.forEach(({ weights, bias }, k) => {
          const output = outputs[k];
          output.values = values[0].map((_, i) => weights.reduce((total, weight, c) => total + weight * values[c][i], 0) + bias);
          const texts = format(output.values);
          const colours = colourScale(output.values);
          output.cells.forEach((cell, index) => {
            cell.textContent = texts[index];
            tint(cell, colours(output.values[index]));
          });
          output.node.style.setProperty("--digits", Math.max(...texts.map((text) => text.length)));
        });
        showPixel();
        shapes.replaceChildren(...shapesOf(filters, height, width));
      },
      extra: () => ({ at: place(), ...(toggle?.checked && { printed: 1 }) }),
      restore: (params) => {
        const [row, column] = (params.get("at") ?? "").split(",").map(Number);
        if (row in maps[0] && column in maps[0][row]) at = row * width + column;
        if (printed) {
          toggle.checked = params.has("printed");
          print.hidden = !toggle.checked;
        }
      },
      reset: () => {
        at = shell.data.pixel[0] * width + shell.data.pixel[1];
        from = { filter: 0 };
        if (printed) print.hidden = !(toggle.checked = false);
      },
    };
  };

  // -- A photograph ----------------------------------------------------------------------------------

  const PREVIEW = 2 ** 18; // pixels that are mixed within a frame, even on a phone
  const STRIP = 2 ** 16; // pixels that are mixed between two looks at the clock
  const SLICE = 8; // milliseconds of work before the page gets a turn

  const canvasOf = (width, height) => {
    const canvas = make("canvas", { width, height, role: "img" });
    // The pixels are read again and again, so they stay out of the graphics card.
    return [canvas, canvas.getContext("2d", { willReadFrequently: true })];
  };

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
    let picture; // the source at full size and as a preview
    let run = 0;
    let opened = 0;
    let painting;

    const head = make("tr", {}, make("td"), ...[...channels, "bias"].map((name) => make("th", { scope: "col" }, name)), make("td"));
    const body = make("tbody");
    const errors = make("div");
    const shapes = make("p", { class: "shapes", "aria-live": "polite" });
    const before = make("div", { class: "picture" });
    const after = make("div", { class: "picture" });
    const view = make("select", { change: () => refresh() });

    // Which three filters make the red, green and blue of the picture.
    const rows = () => {
      const filters = filtersOf(shell.state, channels.length).map(({ weights, bias }) => [...weights, bias * 255]);
      return view.value === "all" ? filters.slice(0, 3) : Array(3).fill(filters[view.value]);
    };

    const present = (canvas) => {
      canvas.setAttribute("aria-label", `The result, ${picture.width} × ${picture.height} pixels`);
      after.replaceChildren(canvas);
    };

    // First a preview, within the frame; then, strip by strip, every pixel. A newer call stops this one.
    const paint = async () => {
      const mine = ++run;
      const { width, height, source, preview } = picture;
      const mixed = rows();
      const [quick, quickContext] = canvasOf(preview.width, preview.height);
      const copy = new ImageData(new Uint8ClampedArray(preview.data), preview.width);
      mix(copy.data, mixed);
      quickContext.putImageData(copy, 0, 0);
      present(quick);
      if (preview.width === width) return;
      after.setAttribute("aria-busy", "true");
      const [sharp, context] = canvasOf(width, height);
      const lines = Math.ceil(STRIP / width);
      let pause = 0;
      for (let top = 0; top < height; top += lines) {
        if (performance.now() > pause) {
          await new Promise((resume) => setTimeout(resume));
          if (mine !== run) return;
          pause = performance.now() + SLICE;
        }
        const strip = source.getImageData(0, top, width, Math.min(lines, height - top));
        mix(strip.data, mixed);
        context.putImageData(strip, 0, top);
      }
      present(sharp);
      after.removeAttribute("aria-busy");
    };
    const refresh = () => {
      if (!picture) return;
      shapes.replaceChildren(...shapesOf(filtersOf(shell.state, channels.length), picture.height, picture.width));
      painting = paint();
    };

    const draw = async (blob, label) => {
      const bitmap = await createImageBitmap(blob); // decoded beside the page's own thread
      const { width, height } = bitmap;
      const [, source] = canvasOf(width, height);
      source.drawImage(bitmap, 0, 0);
      const share = Math.min(1, Math.sqrt(PREVIEW / (width * height)));
      const size = [width, height].map((length) => Math.max(1, Math.floor(length * share)));
      const [canvas, context] = canvasOf(...size);
      context.drawImage(bitmap, 0, 0, ...size);
      bitmap.close();
      canvas.setAttribute("aria-label", label);
      before.replaceChildren(canvas);
      picture = { width, height, source, preview: context.getImageData(0, 0, ...size) };
      refresh();
    };

    const complain = (text) => {
      problem.textContent = text;
      file.setAttribute("aria-invalid", `${Boolean(text)}`);
    };

    // The size is asked of an <img>, which does not decode: 100 megapixels could end the page.
    const measure = (blob) =>
      new Promise((resolve, reject) => {
        const image = new Image();
        const url = URL.createObjectURL(blob);
        image.onload = () => resolve([image.naturalWidth, image.naturalHeight]);
        image.onerror = reject;
        image.src = url;
      });

    const open = async (blob) => {
      if (!blob) return;
      const mine = ++opened;
      try {
        const [width, height] = await measure(blob);
        if (mine !== opened) return;
        const count = width * height;
        if (count < limits.min || count > limits.max) {
          const most = limits.max / 1e6;
          complain(
            `“${blob.name}” has ${width} × ${height} pixels; from ${limits.min} pixels to ${most} million fit here. The picture stays as it was.`,
          );
          return;
        }
        await draw(blob, `Your picture, ${width} × ${height} pixels`);
        complain("");
      } catch {
        if (mine === opened) complain(`“${blob.name}” is no picture that this browser can read. The picture stays as it was.`);
      }
    };

    const problem = make("span", { class: "error", id: `explorer-${++ids}`, "aria-live": "polite" });
    const file = make("input", {
      accept: "image/*",
      "aria-describedby": problem.id,
      change: () => open(file.files[0]),
      type: "file",
    });
    const save = button("Save the result", async () => {
      await painting;
      after.firstChild.toBlob((blob) => make("a", { download: "result.png", href: URL.createObjectURL(blob) }).click());
    });

    const surprise = button("random", () => {
      const number = () => rounded(2 * Math.random() - 1, 2);
      const { length } = filtersOf(shell.state, channels.length);
      shell.load(stateOf(range(length).map(() => ({ weights: channels.map(number), bias: rounded(Math.random() / 2, 2) }))));
    });

    const bytes = Uint8Array.from(atob(photo.base64), (letter) => letter.charCodeAt());

    return {
      presets: [surprise],
      names: editor.names,
      nodes: [
        make("div", { class: "pictures" }, before, after),
        make(
          "div",
          {
            class: "drop",
            dragover: (event) => event.preventDefault(),
            drop: (event) => {
              event.preventDefault();
              open(event.dataTransfer.files[0]);
            },
          },
          make("label", {}, make("span", {}, "Use a picture of yours, or drop one here"), file),
          problem,
          make("p", {}, "It is not sent anywhere: it never leaves this page."),
        ),
        make("div", { class: "map" }, make("table", { class: "matrix" }, make("caption", {}, "The filters, one a row"), make("thead", {}, head), body)),
        errors,
        make("div", { class: "row" }, editor.add, make("label", {}, "Show ", view), save),
        shapes,
      ],
      build: (state) => {
        const count = filtersOf(state, channels.length).length;
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
      },
      show: () => {
        if (picture) refresh();
        else draw(new Blob([bytes], { type: photo.type }), photo.alt);
      },
    };
  };

  // -- Costs -----------------------------------------------------------------------------------------

  const LABELS = {
    in_channels: "Channels in",
    out_channels: "Channels out",
    height: "Height",
    width: "Width",
    kernel_size: "Kernel, k × k",
    bottleneck: "Bottleneck channels",
  };

  // Digits in groups of three. The gaps are margins, so the text is the plain number.
  const grouped = (count) => `${count}`.match(/\d{1,3}(?=(\d{3})*$)/g).map((digits) => make("span", {}, digits));

  const calculatorView = (shell) => {
    const saving = make("p", { class: "saving", "aria-live": "polite" });
    const names = Object.keys(LABELS);
    const labels = ["", "bottleneck_"].map((kind) => [kind, make("span"), make("span")]);
    const bars = [];
    const group = (title, unit) =>
      make(
        "div",
        { class: `bars ${unit}`, role: "group", "aria-label": title },
        make("p", { class: "title" }, title),
        ...labels.flatMap(([kind], k) => {
          const label = make("span", { class: "path", id: `explorer-${++ids}` });
          const output = make("output", { name: `${kind}${unit}`, "aria-labelledby": label.id, "aria-live": "off" });
          const bar = make("span", { class: "bar" });
          bars.push({ bar, bottleneck: k === 1, label, output, unit });
          return [label, make("span", { class: "count" }, bar, output)];
        }),
      );
    const fields = names.map((name) => {
      const { input, message } = shell.field(name, LABELS[name]);
      return make("div", { class: "control" }, make("label", {}, make("span", {}, LABELS[name]), input), message);
    });
    return {
      names: () => names,
      nodes: [make("div", { class: "inputs" }, ...fields), group("Parameters", "params"), group("MACs", "macs"), saving],
      build: () => {},
      show: (state) => {
        // Exact, however large: the product of six numbers outgrows a floating-point number.
        const [wide, out, height, width, side, narrow] = names.map((name) => BigInt(state[name]));
        const kernel = side * side;
        const params = [wide * out * kernel, wide * narrow + narrow * out * kernel];
        const paths = [`${wide} → ${out} by ${side}×${side}`, `${wide} → ${narrow} by 1×1 → ${out} by ${side}×${side}`];
        for (const { bar, bottleneck, label, output, unit } of bars) {
          const count = params[Number(bottleneck)];
          label.replaceChildren(make("b", {}, bottleneck ? "With bottleneck" : "Direct"), ` ${paths[Number(bottleneck)]}`);
          output.replaceChildren(...grouped(unit === "macs" ? count * height * width : count));
          const longest = params[0] > params[1] ? params[0] : params[1];
          bar.style.width = `${Number((count * 1000n) / longest) / 10}%`;
        }
        const factor = Number(params[0]) / Number(params[1]);
        const times = (ratio) => `${ratio.toLocaleString("en", { maximumSignificantDigits: 3 })} times`;
        if (factor > 1) saving.textContent = `The bottleneck needs ${times(factor)} fewer parameters and MACs.`;
        else if (factor < 1) saving.textContent = `The bottleneck saves nothing here: it needs ${times(1 / factor)} as many parameters and MACs.`;
        else saving.textContent = "The bottleneck saves nothing here: both cost the same.";
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
    const status = make("p", { class: "status", role: "status" });

    const changed = (name, value) => {
      shell.state[name] = value;
      refresh();
    };
    const shell = {
      data,
      state: {},
      field: (name, label, slider) => {
        const field = numberField(name, label, data.limits, changed, slider);
        fields.set(name, field);
        return field;
      },
      load: (state) => {
        const rebuild = Object.keys(state).join() !== Object.keys(shell.state).join();
        shell.state = { ...state };
        if (rebuild) view.build(state);
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

    const view = VIEWS[element.getAttribute("mode")](shell);
    const buttons = presets.map(([name, state]) => button(name, () => shell.load(state)));
    const link = make("a", { click: () => shell.say("The address of this page now holds this state: copy it, or bookmark it.") }, "Link to this state");
    const reset = button("Reset", () => {
      view.reset?.();
      shell.load(presets[0][1]);
    });

    // Load the state that the address holds. A link that is broken anywhere changes nothing.
    const restore = () => {
      const query = location.hash.match(/^#explorer\?(.*)/)?.[1];
      if (query === undefined) return false;
      const params = new URLSearchParams(query);
      const names = view.names([...params.keys()]);
      const state = Object.fromEntries(names.map((name) => [name, parse(params.get(name), data.limits)]));
      const good = !Object.values(state).some(Number.isNaN);
      if (good) {
        view.restore?.(params);
        shell.load(state);
      } else shell.say("The link holds no state that this explorer knows.");
      return good;
    };

    const live = make(
      "div",
      { class: "live", role: "group", "aria-label": "Explorer" },
      make("div", { class: "presets", role: "group", "aria-label": "Presets" }, ...buttons, ...(view.presets ?? [])),
      ...view.nodes,
      make("div", { class: "row foot" }, reset, link),
      status,
    );
    shell.load(presets[0][1]);
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
