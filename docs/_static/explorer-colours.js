// A photograph: see explorer.js, which this file needs.
"use strict";
{
  const { button, filterEditor, filtersOf, make, messageFor, range, rounded, shapesOf } = conv1x1Explorer;

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

  conv1x1Explorer.add({ colours: coloursView });
}
