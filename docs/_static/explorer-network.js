// A digit that goes through a trained network: see explorer.js, which this file needs.
"use strict";
{
  const { button, colourScale, format, make, range, STEPS } = conv1x1Explorer;

  const CELL = 8; // pixels of a canvas for one pixel of a map
  const GAP = 8; // between two maps
  const DOTS = 4; // a pixel of an image counts the dots of a square with this side
  const HINT = {
    look: "Point at a pixel, or move to it with the arrow keys: its place lights up in every map. Choose a digit to see the sum of its map there.",
    draw: "Draw as large as the square, with a pointer or a finger. By the keyboard: the arrow keys move, the space bar inks. The drawing never leaves this page.",
  };

  const within = (place, length) => Number.isInteger(place) && place >= 0 && place < length;

  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

  const networkView = (shell) => {
    const { conv, images, labels, palettes, pointwise } = shell.data;
    const size = images[0].length;
    const places = range(size * size);
    const digits = range(pointwise.weight.length);
    const side = size * DOTS;
    const at = { row: 3, col: 3 };
    let image; // the number of the test image
    let dots; // what the reader has drawn, in place of a test image
    let digit; // the map whose sum is spelled, where the reader has chosen one
    let layers;

    // What reference.conv2d with padding 1 gives, the ReLU, the 1×1 and the means.
    const forward = (pixels) => {
      const valueAt = (row, col) => (within(row, size) && within(col, size) ? pixels[row * size + col] : 0);
      const maps = conv.weight.map(([kernel], k) =>
        places.map((place) => {
          const [row, col] = [Math.floor(place / size), place % size];
          let sum = conv.bias[k];
          kernel.forEach((weights, r) =>
            weights.forEach((weight, c) => (sum += weight * valueAt(row + r - 1, col + c - 1))),
          );
          return Math.max(0, sum);
        }),
      );
      const outputs = pointwise.weight.map((weights, k) =>
        places.map((place) => weights.reduce((sum, weight, c) => sum + weight * maps[c][place], pointwise.bias[k])),
      );
      const scores = outputs.map(mean);
      return { pixels, maps, outputs, scores, answer: scores.indexOf(Math.max(...scores)) };
    };

    // How much ink each square of dots holds, from 0 to 1.
    const counted = () =>
      places.map((place) => {
        const [top, left] = [Math.floor(place / size) * DOTS, (place % size) * DOTS];
        return mean(range(DOTS ** 2).map((k) => dots[(top + Math.floor(k / DOTS)) * side + left + (k % DOTS)]));
      });

    // -- What is seen -------------------------------------------------------------------------------

    // Maps beside each other on one canvas; whoever points at a pixel of any of them moves there.
    const sheet = (count, columns, label) => {
      const pitch = size * CELL + GAP;
      const [width, height] = [columns, Math.ceil(count / columns)].map((maps) => maps * pitch - GAP);
      const pointermove = (event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const share = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
        const [row, col] = [share[0] * height, share[1] * width].map((place) => Math.floor((place % pitch) / CELL));
        if (!dots || canvas !== picture.canvas) move(row, col); // the pointer draws on the image
      };
      const seen = label ? { role: "img", "aria-label": label } : { "aria-hidden": true };
      const canvas = make("canvas", { width, height, ...seen, pointermove, pointerdown: pointermove });
      const context = canvas.getContext("2d");
      const draw = (maps, colour) => {
        context.clearRect(0, 0, width, height);
        maps.forEach((map, k) => {
          const [left, top] = [(k % columns) * pitch, Math.floor(k / columns) * pitch];
          map.forEach((value, place) => {
            [context.fillStyle] = colour(value);
            context.fillRect(left + (place % size) * CELL, top + Math.floor(place / size) * CELL, CELL, CELL);
          });
          context.strokeStyle = "#d9730d"; // --mark
          context.lineWidth = 2;
          context.strokeRect(left + at.col * CELL + 1, top + at.row * CELL + 1, CELL - 2, CELL - 2);
        });
      };
      return { canvas, draw };
    };
    const figure = (title, ...nodes) => make("figure", {}, make("figcaption", {}, title), ...nodes);

    const picture = sheet(1, 1, "The image");
    const hidden = sheet(conv.weight.length, 4, `The ${conv.weight.length} maps after the 3×3 and the ReLU`);
    const classes = digits.map((k) => {
      const { canvas, draw } = sheet(1, 1);
      const choice = make("button", { type: "button", "aria-label": `Map of ${k}`, click: () => choose(k) }, canvas, `${k}`);
      const score = make("output", { name: `score-${k}`, "aria-label": `Score of ${k}` });
      return { choice, draw, score, node: make("div", {}, choice, score) };
    });
    const answer = make("output", { name: "answer", "aria-label": "Answer" });
    const verdict = make("p");
    const spelled = make("p", { class: "reach" });
    const hint = make("p", { class: "hint" });

    const draw = () => {
      const { pixels, maps, outputs } = layers;
      picture.draw([pixels], colourScale(palettes, [0, 1]));
      hidden.draw(maps, colourScale(palettes, maps.flat()));
      const colour = colourScale(palettes, outputs.flat());
      classes.forEach((shown, k) => shown.draw([outputs[k]], colour));
    };

    const spell = () => {
      const k = digit ?? layers.answer;
      classes.forEach(({ choice }, other) => choice.setAttribute("aria-pressed", `${other === k}`));
      const place = at.row * size + at.col;
      const values = layers.maps.map((map) => map[place]);
      const term = (text) => [make("span", { class: "term" }, text), " "];
      const number = (value) => `${value < 0 ? "−" : ""}${Math.abs(value).toFixed(2)}`;
      const terms = range(values.length)
        .filter((c) => values[c])
        .map((c) => `${number(values[c])}·${pointwise.weight[k][c] < 0 ? `(${number(pointwise.weight[k][c])})` : number(pointwise.weight[k][c])} +`);
      const zeros = values.length - terms.length;
      spelled.replaceChildren(
        `Map of ${k} at (${at.row}, ${at.col}): `,
        ...terms.flatMap(term),
        ...term(`bias ${number(pointwise.bias[k])} =`),
        make("b", {}, number(layers.outputs[k][place])),
        `. ${zeros ? `${zeros} of ${values.length} maps are 0 here. ` : ""}The mean over all pixels of this map is the score of ${k}, `,
        make("b", {}, number(layers.scores[k])),
        ".",
      );
    };

    const compute = (pixels) => {
      layers = forward(pixels);
      const scores = format(layers.scores);
      classes.forEach(({ score }, k) => (score.textContent = scores[k]));
      answer.textContent = layers.answer;
      const right = layers.answer === labels[image];
      verdict.replaceChildren(
        "The highest score is that of ",
        answer,
        dots ? "." : `, and the image shows a ${labels[image]}: ${right ? "right" : "wrong"}.`,
      );
      hint.textContent = dots ? HINT.draw : HINT.look;
      draw();
      spell();
    };

    // -- What the reader does -----------------------------------------------------------------------

    const move = (row, col) => {
      const [there, across] = [row, col].map((place) => Math.max(0, Math.min(size - 1, place)));
      if (there === at.row && across === at.col) return;
      Object.assign(at, { row: there, col: across });
      draw();
      spell();
      shell.note();
    };
    const choose = (k) => {
      digit = k;
      spell();
      shell.note();
    };

    const ink = (row, col) => {
      if (within(row, side) && within(col, side)) dots[row * side + col] = 1;
    };
    let last; // where the pointer was
    const stroke = (event) => {
      const box = picture.canvas.getBoundingClientRect();
      const now = [((event.clientY - box.top) / box.height) * side, ((event.clientX - box.left) / box.width) * side];
      const from = last ?? now;
      const steps = Math.ceil(Math.max(1, ...now.map((value, k) => Math.abs(value - from[k]))));
      for (const step of range(steps + 1)) {
        const [row, col] = now.map((value, k) => Math.floor(from[k] + ((value - from[k]) * step) / steps));
        for (const k of range(9)) ink(row + Math.floor(k / 3) - 1, col + (k % 3) - 1);
      }
      last = now;
      compute(counted());
    };
    const pointerdown = (event) => {
      if (!dots) return;
      stage.setPointerCapture(event.pointerId);
      last = undefined;
      stroke(event);
    };
    const pointermove = (event) => {
      if (dots && event.buttons) stroke(event);
    };
    const keydown = (event) => {
      const step = STEPS[event.key];
      if (step) move(at.row + step[0], at.col + step[1]);
      else if (event.key === " " && dots) {
        for (const k of range(DOTS ** 2)) ink(at.row * DOTS + Math.floor(k / DOTS), at.col * DOTS + (k % DOTS));
        compute(counted());
      } else return;
      event.preventDefault();
    };
    const about = "The image. The arrow keys move to another pixel.";
    const stage = make("div", { class: "stage", role: "application", tabindex: 0, "aria-label": about, keydown, pointerdown, pointermove }, picture.canvas);

    const begin = () => {
      dots = new Uint8Array(side * side);
      compute(counted());
      shell.say("The square is empty: draw a digit.");
    };
    const next = () => shell.load({ image: (image + 1) % images.length });

    const { input, message } = shell.field("image", "Number of the image");
    return {
      names: () => ["image"],
      presets: [button("Draw a digit", begin)],
      nodes: [
        make("div", { class: "line" }, make("label", {}, "Image ", input), button("Next image", next), message),
        hint,
        make("div", { class: "pictures" }, figure("The image", stage), figure(`After the 3×3 and ReLU: ${conv.weight.length} maps`, hidden.canvas)),
        figure("After the 1×1: a map for each digit, and its mean, the score", make("div", { class: "classes" }, ...classes.map(({ node }) => node))),
        make("div", { class: "spelled", "aria-live": "polite" }, verdict, spelled),
      ],
      build: () => (dots = undefined),
      show: (state) => {
        if (state.image !== image) dots = undefined;
        ({ image } = state);
        compute(images[image].flat().map((value) => value / 16));
      },
      extra: () => ({ pixel: [at.row, at.col], ...(digit === undefined ? {} : { digit }) }),
      restore: (params) => {
        const [row, col] = params.get("pixel")?.split(",").map(Number) ?? [];
        Object.assign(at, within(row, size) && within(col, size) ? { row, col } : { row: 3, col: 3 });
        digit = digits.find((k) => `${k}` === params.get("digit"));
      },
    };
  };

  conv1x1Explorer.add({ network: networkView });
}
