// "Show sources": what each value of a page was computed from, and how each output was checked.
{
  const page = document.documentElement.dataset;
  const button = document.querySelector("button.sources");
  const article = document.querySelector("article");
  const triggers = [];

  const make = (name, properties, ...content) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...content);
    return element;
  };

  // One note for all. It stands behind what it is about, so that Tab leads into it.
  const note = make("span", { id: "source", popover: "manual" });
  let about = null, leaving = 0;

  const hide = () => {
    clearTimeout(leaving);
    about?.removeAttribute("aria-describedby");
    about?.setAttribute("aria-expanded", false);
    about = null;
    note.remove();
  };
  const hideSoon = () => { leaving = setTimeout(hide, 300); };
  const show = (trigger) => {
    clearTimeout(leaving);
    if (about == trigger) return;
    hide();
    about = trigger;
    note.replaceChildren(...trigger.note());
    trigger.after(note);
    trigger.setAttribute("aria-describedby", note.id);
    trigger.setAttribute("aria-expanded", true);
    note.showPopover();
    const at = trigger.getClientRects()[0], { width, height } = note.getBoundingClientRect();
    const below = at.bottom + height < innerHeight || at.top < height;
    const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8));
    note.style.left = `${scrollX + left}px`;
    note.style.top = `${scrollY + (below ? at.bottom : at.top - height)}px`;
  };

  // Who follows a link to a cell sees its code, whatever that is folded in.
  const toCode = (cell) => make("a", {
    href: `#${cell.id}`,
    textContent: "See the code",
    onclick() {
      for (let up = cell; up; up = up.parentElement) if (up.matches("details")) up.open = true;
      for (const code of cell.querySelectorAll("details.above-input")) code.open = true;
      setTimeout(hide); // not before the link was followed
    },
  });

  const on = (trigger, types, act) => {
    for (const type of types) trigger.addEventListener(type, (event) => {
      if ("sources" in page) act(event);
    });
  };
  const isMouse = (event) => event.pointerType != "touch";
  const add = (trigger, content) => {
    trigger.note = content;
    triggers.push(trigger);
    on(trigger, ["pointerenter"], (event) => { if (isMouse(event)) show(trigger); });
    on(trigger, ["pointerleave"], (event) => { if (isMouse(event)) hideSoon(); });
    on(trigger, ["focus"], () => { if (trigger.matches(":focus-visible")) show(trigger); });
    on(trigger, ["click"], (event) => { event.preventDefault(); show(trigger); });
    on(trigger, ["keydown"], (event) => {
      if (event.key != " " && event.key != "Enter") return;
      event.preventDefault();
      show(trigger);
    });
  };
  note.onpointerenter = () => clearTimeout(leaving);
  note.onpointerleave = (event) => { if (isMouse(event)) hideSoon(); };
  const elsewhere = ({ target }) => { if (about && !about.contains(target) && !note.contains(target)) hide(); };
  addEventListener("focusin", elsewhere);
  addEventListener("pointerdown", elsewhere);
  addEventListener("keydown", (event) => {
    if (event.key != "Escape" || !about) return;
    if (note.contains(document.activeElement)) about.focus();
    hide();
  });

  for (const value of article.querySelectorAll(".value[data-source]")) {
    if (value.closest("a, summary")) continue; // these do something already
    const cell = document.getElementById(value.dataset.cell);
    const code = make("code", { textContent: value.dataset.source });
    add(value, () => cell ? [code, " ", toCode(cell)] : [code]);
  }
  for (const mark of article.querySelectorAll(".cell > .checked[data-source]")) {
    const link = mark.querySelector("a");
    const checks = make("a", { href: link.href, textContent: "How checks work" });
    add(link, () => [mark.dataset.source, " ", toCode(mark.parentElement), " ", checks]);
  }

  const apply = () => {
    const shown = "sources" in page;
    hide();
    button.setAttribute("aria-pressed", shown);
    for (const trigger of triggers) {
      const attributes = { role: "button", "aria-expanded": false };
      if (!trigger.href) attributes.tabindex = 0;
      for (const [name, value] of Object.entries(attributes)) {
        if (shown) trigger.setAttribute(name, value); else trigger.removeAttribute(name);
      }
    }
  };
  button.onclick = () => {
    if ("sources" in page) delete page.sources; else page.sources = "";
    apply();
    try {
      if ("sources" in page) localStorage.sources = ""; else localStorage.removeItem("sources");
    } catch { /* without storage it holds for this page */ }
  };
  try { if ("sources" in localStorage) page.sources = ""; } catch { /* then they are not shown */ }
  apply();
}
