// What stands in an editor: the addresses in it, those of a quoted mail aside.
import { addressesIn } from "../lib/addresses.js";

const QUOTED = ".gmail_quote, #divRplyFwdMsg, #appendonsend ~ *, blockquote[type='cite']";

export function addressesOf(editor) {
  if (editor instanceof HTMLTextAreaElement) return addressesIn(editor.value);
  const linked = [...editor.querySelectorAll("a[href]")].filter((link) => !link.closest(QUOTED));
  const texts = document.createTreeWalker(editor, NodeFilter.SHOW_TEXT);
  const found = linked.map((link) => link.href);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    if (!node.parentElement.closest(`a[href], ${QUOTED}`)) found.push(...addressesIn(node.data));
  }
  return [...new Set(found)];
}
