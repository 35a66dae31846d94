// Elements without HTML from text: a page may forbid that, and titles are other people's words.
export function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

// Three spines on a shelf: the library's mark.
export function mark(size) {
  const drawn = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true" })) drawn.setAttribute(key, value);
  const shapes = [
    ["rect", { x: 2, y: 3, width: 6, height: 18, rx: 1.5, class: "mark-spine" }],
    ["rect", { x: 9, y: 3, width: 5, height: 18, rx: 1.5, class: "mark-gold" }],
    ["path", { d: "M16.2 4.4l4.2-1.1 3 15.6-4.2 1.1z", transform: "translate(-1.5 .6)", class: "mark-spine" }],
  ];
  for (const [name, attributes] of shapes) {
    const shape = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    drawn.append(shape);
  }
  return drawn;
}

// A part of ours in a page: its own closed shadow, so that neither styles nor scripts of the page
// reach in. What is typed in it is not a shortcut of the page.
export function ownPart(kind, { sheets, opensShadow }) {
  const host = document.createElement("div");
  host.dataset.contentlib = kind;
  host.style.cssText = "all: initial; color-scheme: light dark"; // inline: above the page's sheets
  const shadow = host.attachShadow({ mode: opensShadow ? "open" : "closed" });
  for (const href of sheets) shadow.append(make("link", { rel: "stylesheet", href }));
  for (const name of ["keydown", "keypress", "keyup", "input", "beforeinput", "paste", "copy", "cut", "click", "mousedown", "pointerdown", "focusin"]) {
    host.addEventListener(name, (event) => event.stopPropagation());
  }
  return { host, shadow };
}
