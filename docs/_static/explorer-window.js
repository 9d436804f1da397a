// A window that slides over a photograph: see explorer.js, which this file needs.
"use strict";
{
  const { button, format, make, range, STEPS } = conv1x1Explorer;

  const HINT = "Move the window: point at the picture, drag on it, or use the arrow keys when it has the focus.";

  // Bytes to draw, from numbers of which 0 is black and 1 white; what is below or above is cut off.
  const draw = (context, channels) => {
    const { width, height } = context.canvas;
    const picture = context.createImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      for (let k = 0; k < 3; k++) picture.data[4 * i + k] = 255 * channels[k % channels.length][i];
      picture.data[4 * i + 3] = 255;
    }
    context.putImageData(picture, 0, 0);
  };

  // The convolution of reference.conv2d, of one output, with zeros around the picture.
  const convolve = (channels, height, width, kernels, bias) => {
    const size = Math.sqrt(kernels[0].length);
    const reach = (size - 1) / 2;
    const output = new Float64Array(height * width).fill(bias);
    channels.forEach((channel, c) => {
      for (let r = 0; r < size; r++) {
        for (let k = 0; k < size; k++) {
          const weight = kernels[c][r * size + k];
          if (!weight) continue;
          const [down, right] = [r - reach, k - reach];
          for (let row = Math.max(0, -down); row < Math.min(height, height - down); row++) {
            const from = (row + down) * width + right;
            for (let col = Math.max(0, -right); col < Math.min(width, width - right); col++) {
              output[row * width + col] += weight * channel[from + col];
            }
          }
        }
      }
    });
    return output;
  };

  const windowView = (shell) => {
    const { channels: names, colours, image, mix } = shell.data;
    const height = image[0].length;
    const width = image[0][0].length;
    const flat = (maps) => maps.map((map) => map.flat());
    const pictures = { grey: flat(image), colours: flat(colours) };
    let source = "grey";
    let weights = mix; // of the three colours
    let output;
    let of; // what the output was computed from

    // A picture with a frame on it: the window over the input, one pixel of the output.
    const picture = (title, about) => {
      const context = make("canvas", { width, height }).getContext("2d");
      const frame = make("span", { class: "frame" });
      const stage = make(
        "div",
        { class: "stage", role: "application", tabindex: 0, "aria-label": about, keydown, pointerdown, pointermove },
        context.canvas,
        frame,
      );
      const place = (row, col, size) => {
        const { style } = frame;
        style.left = `${(100 * col) / width}%`;
        style.top = `${(100 * row) / height}%`;
        style.width = `${(100 * size) / width}%`;
        style.height = `${(100 * size) / height}%`;
      };
      return { context, place, node: make("figure", {}, make("figcaption", {}, title), stage) };
    };

    const move = (row, col) => {
      const clamp = (value, size) => Math.max(0, Math.min(size - 1, value));
      stop();
      shell.load({ ...shell.state, row: clamp(row, height), col: clamp(col, width) });
    };
    const keydown = (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      move(shell.state.row + step[0], shell.state.col + step[1]);
    };
    const point = (event) => {
      const box = event.currentTarget.getBoundingClientRect();
      const share = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
      move(Math.floor(share[0] * height), Math.floor(share[1] * width));
    };
    const pointerdown = (event) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      point(event);
    };
    const pointermove = (event) => {
      if (event.buttons || event.pointerType === "mouse") point(event);
    };

    const input = picture("Input", "Input picture. The arrow keys move the window.");
    const result = picture("Output", "Output picture. The arrow keys move the window.");

    // The sweep over the picture, on request, and only where movement is welcome.
    let timer;
    const stop = () => {
      cancelAnimationFrame(timer);
      timer = undefined;
    };
    const sweep = () => {
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
        shell.say("Movement is turned off on this device: use the arrow keys.");
        return;
      }
      stop();
      const start = performance.now();
      const seconds = 6;
      const tick = (now) => {
        const at = Math.min(1, (now - start) / (1000 * seconds)) * (height * 8 - 1);
        const row = Math.floor(at / 8);
        const across = Math.floor((at % 8) * (width / 8));
        shell.load({ ...shell.state, row, col: row % 2 ? width - 1 - across : across });
        draw(result.context, [output.map((value, i) => (i <= row * width + across ? value : NaN))]);
        if (at < height * 8 - 1) timer = requestAnimationFrame(tick);
        else redraw();
      };
      timer = requestAnimationFrame(tick);
    };

    const size = shell.field("size", "Size of the window");
    const bias = shell.field("b", "Bias");
    const row = shell.field("row", "Row");
    const col = shell.field("col", "Column");
    const control = (label, { input: field, message }) =>
      make("div", { class: "control" }, make("label", {}, label, field), message);
    const kernel = make("div", { class: "map" });
    const windows = make("div", { class: "windows" });
    const sum = make("output", { name: "sum", "aria-label": "Sum" });
    const spelled = make("p");
    const left = make("p", { class: "reach" });

    const switcher = button("In its three colours", () => {
      source = source === "grey" ? "colours" : "grey";
      of = undefined;
      shell.load(shell.state);
      shell.say(source === "grey" ? "The picture is grey: one channel." : "The picture has three channels.");
    });

    const kernelsOf = (state) => {
      const plane = range(state.size ** 2).map((i) => state[`w-${Math.floor(i / state.size)}-${i % state.size}`]);
      return source === "grey" ? [plane] : weights.map((weight) => plane.map((value) => weight * value));
    };
    const redraw = () => {
      draw(input.context, pictures[source]);
      draw(result.context, [output]);
    };

    // The numbers under the window, one table for each channel. Outside of the picture there are zeros.
    const under = (state) => {
      const reach = (state.size - 1) / 2;
      return pictures[source].map((channel) =>
        range(state.size ** 2).map((i) => {
          const [r, c] = [state.row + Math.floor(i / state.size) - reach, state.col + (i % state.size) - reach];
          return r < 0 || c < 0 || r >= height || c >= width ? 0 : channel[r * width + c];
        }),
      );
    };
    const tableOf = (title, values, side, attributes = {}) =>
      make(
        "table",
        { role: "presentation" },
        make("caption", {}, title),
        ...range(side).map((r) =>
          make("tr", {}, ...values.slice(r * side, (r + 1) * side).map((value) => make("td", attributes, value))),
        ),
      );

    const resize = (from, to) => {
      const shift = (to.size - from.size) / 2;
      const plane = range(to.size ** 2).map((i) => {
        const [r, c] = [Math.floor(i / to.size), i % to.size];
        return [`w-${r}-${c}`, from[`w-${r - shift}-${c - shift}`] ?? 0];
      });
      const { b, row: atRow, col: atCol } = from;
      return { size: to.size, ...Object.fromEntries(plane), b, row: atRow, col: atCol };
    };

    return {
      names: (params) => {
        const side = [1, 3, 5].includes(Number(params.get("size"))) ? Number(params.get("size")) : 1;
        const plane = range(side ** 2).map((i) => `w-${Math.floor(i / side)}-${i % side}`);
        return ["size", ...plane, "b", "row", "col"];
      },
      presets: [switcher],
      nodes: [
        make("div", { class: "pictures" }, input.node, result.node),
        make("p", { class: "hint" }, HINT),
        make("div", { class: "line" }, control("Size ", size), control("Bias ", bias), control("Row ", row), control("Column ", col), button("Sweep", sweep)),
        make("div", { class: "line window" }, kernel, windows),
        make("div", { class: "spelled", "aria-live": "polite", "aria-atomic": "true" }, spelled, left),
      ],
      build: (state) => {
        kernel.replaceChildren();
        const side = state.size;
        const cells = range(side ** 2).map((i) => {
          const [r, c] = [Math.floor(i / side), i % side];
          const { input: field, message } = shell.field(`w-${r}-${c}`, `Weight in row ${r}, column ${c}`);
          return [field, message];
        });
        const rows = range(side).map((r) =>
          make("tr", {}, ...cells.slice(r * side, (r + 1) * side).map(([field]) => make("td", {}, field))),
        );
        kernel.append(make("table", { class: "matrix", role: "presentation" }, make("caption", {}, "The weights"), ...rows));
        kernel.append(...cells.map(([, message]) => message));
      },
      show: (state) => {
        const planes = range(25).filter((i) => `w-${Math.floor(i / 5)}-${i % 5}` in state).length;
        if (planes !== state.size ** 2) {
          const side = Math.sqrt(planes);
          shell.load(resize({ ...state, size: side }, { size: state.size }));
          return;
        }
        const kernels = kernelsOf(state);
        const now = `${source} ${kernels} ${state.b}`;
        if (of !== now) {
          of = now;
          output = convolve(pictures[source], height, width, kernels, state.b);
          redraw();
        }
        const reach = (state.size - 1) / 2;
        input.place(state.row - reach, state.col - reach, state.size);
        result.place(state.row, state.col, 1);
        const seen = under(state);
        const titles = source === "grey" ? ["Under the window"] : names;
        windows.replaceChildren(
          ...seen.map((values, c) => tableOf(titles[c], values.map((value) => value.toFixed(2)), state.size)),
        );
        sum.textContent = format([output[state.row * width + state.col]])[0];
        const terms = seen.length * state.size ** 2;
        spelled.replaceChildren(
          `Output (${state.row}, ${state.col}) = ${terms} ${terms > 1 ? "products of a number and its weight" : "product of a number and its weight"}`,
          `${state.b ? ` + ${format([state.b])[0]}` : ""} = `,
          sum,
        );
        const neighbours = state.size ** 2 - 1;
        left.textContent = neighbours
          ? `${neighbours} neighbours take part, in ${seen.length} channel${seen.length > 1 ? "s" : ""}.`
          : `No neighbour takes part: what is left to mix is ${seen.length > 1 ? "the channels" : "nothing, as there is one channel"}.`;
        switcher.setAttribute("aria-pressed", `${source === "colours"}`);
      },
      extra: () => (source === "colours" ? { colours: "" } : {}),
      restore: (params) => {
        source = params.has("colours") ? "colours" : "grey";
        of = undefined;
      },
    };
  };

  conv1x1Explorer.add({ window: windowView });
}
