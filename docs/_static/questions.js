// Questions: each choice becomes a button, and where there are none a number is typed. Choosing says
// whether it is right, and opens the answer. Questions collected from all pages are shuffled, those
// not yet tried first, and the first tries are counted, in this browser only.
{
  const make = (name, attributes, ...content) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...content);
    return element;
  };

  const collected = document.querySelector(".questions");
  const score = make("p", { role: "status" });
  let tries = {};
  const count = (id, right) => {
    tries[id] ??= +right;
    show();
    try { localStorage.questions = JSON.stringify(tries); } catch { /* then for this visit only */ }
  };
  const show = () => {
    const results = Object.values(tries);
    score.textContent = `${results.filter(Boolean).length} of ${results.length} at the first try`;
  };

  for (const question of document.querySelectorAll(".question")) {
    const answer = question.querySelector("details"), verdict = make("p", { class: "verdict", role: "status" });
    answer.before(verdict);
    const choose = (right, correct) => {
      verdict.textContent = right ? "Right." : `Wrong. Right is: ${correct}`;
      if (collected) count(question.id, right);
      answer.open = true;
    };
    // Who looks first has not tried.
    if (collected) answer.ontoggle = () => { if (answer.open) count(question.id, false); };

    const { number } = question.dataset;
    if (number) {
      const field = make("input", { inputmode: "decimal", autocomplete: "off", required: "" });
      const form = make("form", {}, make("label", {}, "A number: ", field), make("button", {}, "Check"));
      form.onsubmit = (event) => {
        event.preventDefault();
        choose(field.value.replace(/[\s,]/g, "").replace("−", "-") == +number, number);
      };
      verdict.before(form);
    }
    const buttons = [];
    for (const text of question.querySelectorAll(".choices > li > p")) {
      const button = make("button", { "aria-pressed": false }, ...text.childNodes);
      button.onclick = () => {
        for (const other of buttons) other.setAttribute("aria-pressed", other == button);
        choose(button.closest("li").matches(".right"), question.querySelector(".right").textContent.trim());
      };
      text.replaceWith(button);
      buttons.push(button);
    }
  }

  if (collected) {
    try { tries = JSON.parse(localStorage.questions); } catch { /* nothing is stored */ }
    const again = make("button", {}, "Start again");
    again.onclick = () => {
      try { delete localStorage.questions; } catch { /* nothing is stored */ }
      location.reload();
    };
    const order = new Map([...collected.children].map((question) => [question, (question.id in tries) + Math.random()]));
    collected.append(...[...order.keys()].sort((a, b) => order.get(a) - order.get(b)));
    collected.before(make("div", { class: "score" }, score, again));
    collected.dataset.dealt = "";
    show();
  }

  // Who follows a link into an answer sees it; not every browser unfolds it.
  const unfold = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let up = target; up; up = up.parentElement) if (up.matches("details:not([open])")) up.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();
}
