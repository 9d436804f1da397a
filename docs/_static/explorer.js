// What every <conv1x1-explorer> shares: change a number, see every pixel follow. Each mode has a file of
// its own, explorer-MODE.js, which only the pages that use it load. conv1x1/explorer.py writes the data,
// the tests compare what is shown with the package. Without import and export a file is a script as
// well as a module: browsers load no modules through file://. Without inline styles and HTML in
// strings it runs under a strict content security policy.
"use strict";
{
  let ids = 0;
  const nextId = () => `explorer-${++ids}`;

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
  const parse = (text, { min, max, whole, step = 1 }) => {
    const value = text?.trim() ? Number(text) : NaN;
    return value >= min && value <= max && (!whole || (value - min) % step === 0) ? value : NaN;
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

  // What is wrong with the value of a control is said beside it.
  const messageFor = (control) => {
    const message = make("span", { class: "error", id: nextId(), "aria-live": "polite" });
    control.setAttribute("aria-describedby", message.id);
    const complain = (text) => {
      message.textContent = text;
      control.setAttribute("aria-invalid", `${Boolean(text)}`);
    };
    return { message, complain };
  };

  // A number of the state: its input, its message and maybe a slider. Bad input changes nothing else.
  const numberField = (name, label, limits, changed, slider) => {
    const { min, max, whole, step: every = 1 } = limits;
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
        const kind = whole ? (every === 2 ? "odd number" : "whole number") : "number";
        complain(`${label}: type ${whole && every === 2 ? "an" : "a"} ${kind} from ${low} to ${high}. The result still uses ${good}.`);
        return;
      }
      accept(value);
      changed(name, value);
    };
    const follow = () => {
      input.value = slide.value;
      read();
    };
    const step = whole ? every : "any";
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

  // -- The element -----------------------------------------------------------------------------------

  const VIEWS = {}; // by mode, each added by its own file

  // Presets, reset, the link and the messages, which every view has.
  const start = (element) => {
    const data = JSON.parse(element.querySelector("script").textContent);
    const fields = new Map();
    const limitsOf = (name) => data.special?.[name] ?? data.limits;
    const presets = Object.entries(data.presets);
    const status = make("p", { role: "status" });

    const changed = (name, value) => {
      shell.state[name] = value;
      refresh();
    };
    const shell = {
      data,
      field: (name, label, slider) => {
        const field = numberField(name, label, limitsOf(name), changed, slider);
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

    const resume = (params, state) => {
      view.restore?.(params);
      shell.load(state);
    };

    const view = VIEWS[element.getAttribute("mode")](shell);
    const buttons = presets.map(([name, state]) => button(name, () => shell.load(state)));
    const link = make("a", {}, "Link to this state");
    const reset = button("Reset", () => resume(new URLSearchParams(), presets[0][1]));

    // Load the state that the address holds. A link that is broken anywhere changes nothing.
    const restore = () => {
      const query = location.hash.match(/^#explorer\?(.*)/)?.[1];
      if (query === undefined) return false;
      const params = new URLSearchParams(query);
      const names = view.names(params);
      const state = Object.fromEntries(names.map((name) => [name, parse(params.get(name), limitsOf(name))]));
      const good = !Object.values(state).some(Number.isNaN);
      if (good) resume(params, state);
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

  const begin = (element) => {
    // Moved within the page, it is connected again.
    const known = element.getAttribute("mode") in VIEWS;
    if (known && !element.hasAttribute("ready")) start(element);
  };

  globalThis.conv1x1Explorer = {
    ...{ blend, button, colourScale, fill, filterEditor, filtersOf, format, make, messageFor, nextId, range },
    ...{ rounded, shapesOf, STEPS },
    add: (views) => {
      Object.assign(VIEWS, views);
      document.querySelectorAll("conv1x1-explorer").forEach(begin);
    },
  };
  customElements.define(
    "conv1x1-explorer",
    class extends HTMLElement {
      connectedCallback() {
        begin(this);
      }
    },
  );
}
