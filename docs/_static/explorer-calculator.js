// Costs: see explorer.js, which this file needs.
"use strict";
{
  const { make, nextId, range } = conv1x1Explorer;

  // -- Costs -----------------------------------------------------------------------------------------

  // Digits in groups of three. The gaps are margins, so the text is the plain number.
  const grouped = (count) => `${count}`.split(/(?=(?:\d{3})+$)/).map((digits) => make("span", {}, digits));

  const calculatorView = (shell) => {
    const names = Object.keys(shell.data.inputs);
    const saving = make("p", { class: "title", "aria-live": "polite" });
    const bars = [];
    const group = (title, unit) => {
      const parts = ["", "bottleneck_"].flatMap((kind) => {
        const path = make("span", { id: nextId() });
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

  conv1x1Explorer.add({ calculator: calculatorView });
}
