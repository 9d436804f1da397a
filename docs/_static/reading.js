// The little that the pages need a script for. The colours are set in the page's head already.
{
  const page = document.documentElement.dataset;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = document.querySelector("button.colours");
  const modes = { auto: "as the system", light: "light", dark: "dark" };

  // One button goes through the three modes, and says which one is on.
  const show = () => {
    page.theme = page.mode == "auto" ? (dark.matches ? "dark" : "light") : page.mode;
    button.title = button.lastElementChild.textContent = `Colours: ${modes[page.mode]}`;
  };
  button.onclick = () => {
    const names = Object.keys(modes);
    page.mode = names[(names.indexOf(page.mode) + 1) % names.length];
    show();
    try { localStorage.mode = page.mode; } catch { /* without storage it holds for this page */ }
  };
  dark.onchange = show;
  show();

  // The contents mark the section that is being read.
  const links = new Map();
  for (const link of document.querySelectorAll(".page-toc a")) {
    const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) links.set(section, link);
  }
  const mark = () => {
    const read = [...links.keys()].filter((section) => section.getBoundingClientRect().top < 150).pop();
    for (const [section, link] of links) {
      if (section == read) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  let waiting = 0;
  addEventListener("scroll", () => { waiting ||= requestAnimationFrame(() => { waiting = 0; mark(); }); }, { passive: true });
  mark();

  // What scrolls sideways can be reached with the keyboard; what does not is no stop on the way.
  const SCROLLING = ":is(pre, .output, .figure, .math, .pst-scrollable-table-container):not(conv1x1-explorer *)";
  const sized = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const box of document.querySelectorAll(SCROLLING)) sized.observe(box);

  // The contents that cover a phone's screen go when a section was chosen.
  const contents = document.getElementById("pst-secondary-sidebar");
  contents?.addEventListener("click", (event) => {
    if (event.target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
  });
}
