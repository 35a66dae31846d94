// The list of what was found: one line is chosen, by keys from the search box or by a click.
import { make } from "./make.js";

export function resultList({ onChoice, onAct, field }) {
  const list = make("ul", { class: "results", id: "results", role: "listbox", "aria-label": "Assets" });
  let lines = [];
  let at = -1;

  function show(found) {
    lines = found;
    list.classList.remove("is-waiting");
    list.replaceChildren(...lines.map(row));
    list.hidden = !lines.length;
    field.setAttribute("aria-expanded", String(lines.length > 0));
    choose(lines.findIndex((line) => line.can_send !== false));
  }

  function row(line, number) {
    const reasons = line.reasons.map(({ text, kind }) => make("span", { class: `reason reason-${kind}` }, text));
    if (line.can_send === false) reasons.unshift(make("span", { class: "reason reason-internal" }, "Internal only"));
    return make(
      "li", { class: "result", id: `result-${number}`, role: "option", "aria-selected": "false", "aria-disabled": String(line.can_send === false), onclick: () => choose(number), ondblclick: () => onAct() },
      make("span", { class: "result-title" }, line.title),
      line.passage && make("span", { class: "result-passage" }, line.passage),
      reasons.length > 0 && make("span", { class: "reasons" }, ...reasons),
    );
  }

  function choose(number) {
    list.children[at]?.setAttribute("aria-selected", "false");
    at = number;
    const chosen = list.children[at];
    chosen?.setAttribute("aria-selected", "true");
    chosen?.scrollIntoView({ block: "nearest" });
    if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
    else field.removeAttribute("aria-activedescendant");
    onChoice(lines[at] ?? null);
  }

  function keys(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && lines.length) {
      event.preventDefault();
      choose((at + step + lines.length) % lines.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!list.classList.contains("is-waiting")) onAct();
    }
  }

  return { list, show, keys, chosen: () => lines[at] ?? null, wait: () => list.classList.add("is-waiting") };
}
