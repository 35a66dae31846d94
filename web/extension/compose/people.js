// Who a mail is for, as its composer shows it: addresses that stand in fields and on the cards of
// people, outside the text that is written. A composer's language does not matter.
const ADDRESS = /[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
const SHOWN = ["email", "data-hovercard-id", "title", "aria-label"];

export function peopleOf({ root, editor, site }, { without = null } = {}) {
  if (site.knowsPeople === false) return [];
  const found = new Set();
  const isElsewhere = (node) => editor.contains(node) || (site.notPeople && node.closest(site.notPeople));
  for (const node of root.querySelectorAll(SHOWN.map((name) => `[${name}*="@"]`).join(", "))) {
    if (isElsewhere(node)) continue;
    for (const name of SHOWN) collect(node.getAttribute(name), found);
  }
  for (const field of root.querySelectorAll("input, textarea")) {
    if (!isElsewhere(field) && !/subject/i.test(field.name)) collect(field.value, found);
  }
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    if (node.data.includes("@") && !isElsewhere(node.parentElement)) collect(node.data, found);
  }
  if (without) found.delete(without.toLowerCase());
  return [...found];
}

function collect(text, found) {
  for (const [address] of (text ?? "").matchAll(ADDRESS)) found.add(address.toLowerCase());
}
