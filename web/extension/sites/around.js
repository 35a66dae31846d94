// The smallest part of the page around a node in which each of the selectors is found; null where
// that is the whole page.
export function around(node, ...selectors) {
  let part = node.parentElement;
  while (part && !selectors.every((selector) => part.querySelector(selector))) part = part.parentElement;
  return part === null || part === document.body || part === document.documentElement ? null : part;
}
