// Pixels as points, which a 2×2 matrix moves: see explorer.js, which this file needs.
"use strict";
{
  const { format, make, range } = conv1x1Explorer;

  const SIDE = 280; // pixels of a cloud's canvas
  const BOUND = 1.5; // the clouds show -BOUND to BOUND on both axes
  const NAMES = ["m-0-0", "m-0-1", "m-1-0", "m-1-1"];
  const SWITCHES = {
    shuffle: "Shuffle the pixels",
    one: "One filter only",
    relu: "ReLU",
    undo: "Undo",
  };
  const HINT =
    "Point at a pixel or at a point: both light up, before and after. Drag the ends of the two arrows to change the matrix, which has a row for each output.";

  // An order of the pixels that is mixed up, the same each time.
  const shuffled = (length) => {
    const order = range(length);
    let seed = 1;
    for (let i = length - 1; i > 0; i--) {
      seed = (seed * 48271) % 2147483647;
      const other = seed % (i + 1);
      [order[i], order[other]] = [order[other], order[i]];
    }
    return order;
  };

  // The covariances of two pairs of lists: [[aa, ab], [ba, bb]].
  const covariances = (left, right) => {
    const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
    const [lefts, rights] = [left.map(mean), right.map(mean)];
    return left.map((a, i) =>
      right.map((b, j) => a.reduce((sum, value, n) => sum + (value - lefts[i]) * (b[n] - rights[j]), 0) / a.length),
    );
  };

  // The share of the points' variance that the best linear way back from the outputs recovers.
  const keptOf = (points, outputs) => {
    const own = covariances(points, points);
    const [[a, b], [c, d]] = covariances(outputs, outputs);
    const cross = covariances(outputs, points);
    const trace = a + d;
    if (trace <= 1e-18) return 0;
    const determinant = a * d - b * c;
    const inverse =
      determinant > 1e-12 * trace ** 2
        ? [[d / determinant, -b / determinant], [-c / determinant, a / determinant]]
        : [[a / trace ** 2, b / trace ** 2], [c / trace ** 2, d / trace ** 2]]; // of rank one
    let recovered = 0;
    for (const k of [0, 1]) {
      for (const i of [0, 1]) for (const j of [0, 1]) recovered += cross[i][k] * inverse[i][j] * cross[j][k];
    }
    return (100 * recovered) / (own[0][0] + own[1][1]);
  };

  // As numpy.linalg.matrix_rank: singular values that are not rounding errors of the largest.
  const rankOf = ([a, b, c, d]) => {
    const squares = a * a + b * b + c * c + d * d;
    const determinant = a * d - b * c;
    const root = Math.sqrt(Math.max(0, squares * squares - 4 * determinant * determinant));
    const largest = Math.sqrt((squares + root) / 2);
    if (!largest) return 0;
    return Math.abs(determinant) / largest > 2 * Number.EPSILON * largest ? 2 : 1;
  };

  const spaceView = (shell) => {
    const { channels, image } = shell.data;
    const height = image[0].length;
    const width = image[0][0].length;
    const count = height * width;
    const values = image.map((map) => map.flat());
    const order = shuffled(count);
    const on = Object.fromEntries(Object.keys(SWITCHES).map((name) => [name, false]));
    const axes = [0, 1];
    let chosen = new Set(); // the pixels that are lit, by their place in the picture as it was
    let points;
    let outputs;
    let matrix;

    const canvasOf = (size, label, listeners) =>
      make("canvas", { width: size[0], height: size[1], role: "img", "aria-label": label, ...listeners }).getContext("2d");
    const figure = (title, context) => make("figure", {}, make("figcaption", {}, title), context.canvas);

    const dark = () => document.documentElement.dataset.theme === "dark";
    const toCanvas = ([x, y]) => [((x / BOUND + 1) * SIDE) / 2, ((1 - y / BOUND) * SIDE) / 2];
    const fromCanvas = (event) => {
      const box = event.currentTarget.getBoundingClientRect();
      return [
        ((2 * (event.clientX - box.left)) / box.width - 1) * BOUND,
        (1 - (2 * (event.clientY - box.top)) / box.height) * BOUND,
      ];
    };

    const light = (pixels) => {
      chosen = new Set(pixels);
      draw();
      const [first] = chosen;
      if (first === undefined) return;
      const place = `(${Math.floor(first / width)}, ${first % width})`;
      const pair = (of) => `(${format([of[0][first], of[1][first]]).join(", ")})`;
      told.textContent =
        chosen.size > 1
          ? `${chosen.size} pixels are near this point.`
          : `Pixel ${place}: ${pair(points)} becomes ${pair(outputs)}.`;
    };
    const lookAtPixel = (event) => {
      const box = event.currentTarget.getBoundingClientRect();
      const row = Math.floor(((event.clientY - box.top) / box.height) * height);
      const col = Math.floor(((event.clientX - box.left) / box.width) * width);
      const place = row * width + col;
      if (place >= 0 && place < count) light([on.shuffle ? order[place] : place]);
    };
    const lookAtPoints = (of) => (event) => {
      if (held !== undefined) return drag(event);
      const [x, y] = fromCanvas(event);
      const lists = of();
      light(range(count).filter((n) => Math.hypot(lists[0][n] - x, lists[1][n] - y) < 0.05));
    };

    // The ends of the arrows are the images of the two unit vectors: the columns of the matrix.
    let held;
    const grab = (event) => {
      const [x, y] = fromCanvas(event);
      const far = [0, 1].map((k) => Math.hypot(matrix[k] - x, matrix[2 + k] - y));
      const near = far[0] < far[1] ? 0 : 1;
      if (far[near] > 0.2) return;
      held = near;
      event.currentTarget.setPointerCapture(event.pointerId);
      event.preventDefault();
    };
    const drag = (event) => {
      const [x, y] = fromCanvas(event).map((value) => Math.round(value * 20) / 20);
      shell.load({ ...shell.state, [NAMES[held]]: x, [NAMES[2 + held]]: y });
    };
    const drop = () => (held = undefined);

    const before = canvasOf([width, height], "The picture", { pointermove: lookAtPixel, pointerdown: lookAtPixel });
    const after = canvasOf([width, height], "The picture after the 1×1", {
      pointermove: lookAtPixel,
      pointerdown: lookAtPixel,
    });
    const cloud = canvasOf([SIDE, SIDE], "The pixels as points", { pointermove: lookAtPoints(() => points) });
    const moved = canvasOf([SIDE, SIDE], "The points after the 1×1", {
      pointermove: lookAtPoints(() => outputs),
      pointerdown: grab,
      pointerup: drop,
      pointercancel: drop,
    });

    const paint = (context, lists) => {
      const picture = context.createImageData(width, height);
      for (let place = 0; place < count; place++) {
        const n = on.shuffle ? order[place] : place;
        const lit = chosen.has(n);
        for (const k of [0, 1]) picture.data[4 * place + axes[k]] = lit ? 255 : 255 * lists[k][n];
        if (lit) picture.data.set([217, 115, 13], 4 * place);
        picture.data[4 * place + 3] = 255;
      }
      context.putImageData(picture, 0, 0);
    };
    const plot = (context, lists, arrows) => {
      const ink = dark() ? "#e6e6e6" : "#1f2328";
      context.clearRect(0, 0, SIDE, SIDE);
      context.strokeStyle = dark() ? "#6b7280" : "#9aa1a9";
      context.lineWidth = 1;
      context.beginPath();
      for (const [start, end] of [[[-BOUND, 0], [BOUND, 0]], [[0, -BOUND], [0, BOUND]]]) {
        context.moveTo(...toCanvas(start));
        context.lineTo(...toCanvas(end));
      }
      context.stroke();
      const byte = (value) => Math.round(255 * Math.max(0, Math.min(1, value)));
      for (let n = 0; n < count; n++) {
        const colour = [0, 0, 0];
        axes.forEach((axis, k) => (colour[axis] = byte(points[k][n])));
        context.fillStyle = `rgb(${colour})`;
        const [x, y] = toCanvas([lists[0][n], lists[1][n]]);
        context.fillRect(x - 1, y - 1, 2, 2);
      }
      context.fillStyle = "#d9730d";
      for (const n of chosen) {
        const [x, y] = toCanvas([lists[0][n], lists[1][n]]);
        context.fillRect(x - 3, y - 3, 6, 6);
      }
      if (!arrows) return;
      context.strokeStyle = context.fillStyle = ink;
      context.lineWidth = 2;
      for (const k of [0, 1]) {
        const end = toCanvas([arrows[k], arrows[2 + k]]);
        context.beginPath();
        context.moveTo(...toCanvas([0, 0]));
        context.lineTo(...end);
        context.stroke();
        context.beginPath();
        context.arc(...end, 6, 0, 7);
        context.fill();
      }
    };
    const draw = () => {
      paint(before, points);
      paint(after, outputs);
      plot(cloud, points);
      plot(moved, outputs, matrix);
    };

    const field = (name, label) => shell.field(name, label, true);
    const inputs = NAMES.map((name) => {
      const [, r, c] = name.split("-");
      return field(name, `Output ${r} from input ${c}`);
    });
    const boxes = Object.entries(SWITCHES).map(([name, label]) => {
      const box = make("input", { type: "checkbox", name, change: () => {
        on[name] = box.checked;
        shell.load(shell.state);
        shell.say(`${label}: ${on[name] ? "on" : "off"}.`);
      } });
      return { box, node: make("label", {}, box, ` ${label}`) };
    });
    const selects = [0, 1].map((k) => {
      const options = channels.map((name, c) => make("option", { value: c }, name));
      return make("select", { "aria-label": ["across", "up"][k], change: (event) => {
        const other = axes[1 - k];
        axes[k] = Number(event.target.value);
        if (axes[0] === axes[1]) axes[1 - k] = range(channels.length).find((c) => c !== axes[k] && c !== other) ?? other;
        shell.load(shell.state);
      } }, ...options);
    });
    const results = Object.fromEntries(["rank", "kept", "determinant"].map((name) => [name, make("output", { name, "aria-label": name })]));
    const told = make("p", { class: "reach", "aria-live": "polite" });
    const way = make("p");
    new MutationObserver(() => draw()).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });

    return {
      names: () => NAMES,
      nodes: [
        make("div", { class: "pictures" }, figure("Before", before), figure("Before, as points", cloud), figure("After", after), figure("After, as points", moved)),
        make("p", { class: "hint" }, HINT),
        make("div", { class: "line" }, make("label", {}, "Across: ", selects[0]), make("label", {}, "Up: ", selects[1])),
        make("div", { class: "map" },
          make("table", { class: "matrix" },
            make("caption", {}, "The matrix"),
            ...[0, 1].map((r) => make("tr", {}, ...[0, 1].map((c) => make("td", {}, inputs[2 * r + c].input, inputs[2 * r + c].slide)))),
          ),
          ...inputs.map(({ message }) => message),
        ),
        make("div", { class: "line", role: "group", "aria-label": "Switches" }, ...boxes.map(({ node }) => node)),
        make("div", { class: "spelled", "aria-live": "polite" },
          make("p", {}, "Rank ", results.rank, ", determinant ", results.determinant, ", variance kept ", results.kept, " %"),
          way,
          told,
        ),
      ],
      build: () => {},
      show: (state) => {
        matrix = NAMES.map((name) => state[name]);
        const [a, b, c, d] = on.one ? [matrix[0], matrix[1], 0, 0] : matrix;
        points = axes.map((axis) => values[axis]);
        const relu = (value) => (on.relu ? Math.max(0, value) : value);
        outputs = [
          points[0].map((x, n) => relu(a * x + b * points[1][n])),
          points[0].map((x, n) => relu(c * x + d * points[1][n])),
        ];
        const determinant = a * d - b * c;
        const rank = rankOf([a, b, c, d]);
        results.rank.textContent = `${rank}`;
        results.determinant.textContent = `${Number(determinant.toFixed(4)) + 0}`;
        results.kept.textContent = Math.abs(keptOf(points, outputs)).toFixed(1);
        way.textContent = "";
        if (on.undo && rank === 2) {
          const [first, second] = outputs;
          outputs = [
            first.map((x, n) => (d * x - b * second[n]) / determinant),
            first.map((x, n) => (a * second[n] - c * x) / determinant),
          ];
          way.textContent = on.relu
            ? "The inverse matrix leads back, except where ReLU folded the cloud."
            : "The inverse matrix leads every point back to where it was.";
        } else if (on.undo) {
          way.textContent = "There is no way back: the determinant is 0, and points that differed are one.";
        }
        selects.forEach((select, k) => (select.value = axes[k]));
        boxes.forEach(({ box }) => (box.checked = on[box.name]));
        draw();
      },
      extra: () => ({
        ...Object.fromEntries(Object.entries(on).filter(([, is]) => is).map(([name]) => [name, ""])),
        axes,
      }),
      restore: (params) => {
        for (const name of Object.keys(on)) on[name] = params.has(name);
        const [x, y] = params.get("axes")?.split(",").map(Number) ?? [0, 1];
        const fits = channels[x] && channels[y] && x !== y;
        [axes[0], axes[1]] = fits ? [x, y] : [0, 1];
        chosen = new Set();
      },
    };
  };

  conv1x1Explorer.add({ space: spaceView });
}
