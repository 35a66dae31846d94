// Links into an editor, by the editor's own commands: they can be undone, the site notices them,
// and no HTML is put together here (a page may forbid that).
import { placesOf } from "../lib/addresses.js";

const remembered = new WeakMap(); // editor -> where the caret was before our panel took the focus

export function rememberCarets(editorOf) {
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    const editor = selection?.anchorNode ? editorOf(selection.anchorNode) : null;
    if (editor && selection.rangeCount) remembered.set(editor, selection.getRangeAt(0).cloneRange());
  });
}

export function insertLink(editor, { title, address }, { isRich }) {
  toCaret(editor);
  if (editor instanceof HTMLTextAreaElement) {
    insertPlain(editor, `${address} `);
    return;
  }
  if (!isRich) {
    document.execCommand("insertText", false, `${spaceBefore()}${address} `);
    return;
  }
  const before = spaceBefore();
  document.execCommand("insertText", false, `${before}${title} `);
  if (!linkBack(title, address)) {
    // an editor of its own kind: then the bare address, which every mail client makes a link
    document.execCommand("insertText", false, `${address} `);
  }
}

function insertPlain(field, text) {
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true, data: text, inputType: "insertText" }));
}

// Gives the editor the focus with the caret where it was: a browser would put it at the start.
export function toCaret(editor) {
  editor.focus();
  const caret = remembered.get(editor);
  if (!caret || !editor.contains(caret.startContainer)) {
    if (!editor.contains(getSelection().anchorNode)) toEnd(editor);
    return;
  }
  select(caret);
}

function toEnd(editor) {
  const end = document.createRange();
  end.selectNodeContents(editor);
  end.collapse(false);
  select(end);
}

function select(range) {
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

function spaceBefore() {
  const { anchorNode, anchorOffset } = getSelection();
  if (anchorNode?.nodeType !== Node.TEXT_NODE || anchorOffset === 0) return "";
  return /\s/.test(anchorNode.data[anchorOffset - 1]) ? "" : " ";
}

// Makes the title before the caret a link, and puts the caret behind the space that follows it.
function linkBack(title, address) {
  const { anchorNode: node, anchorOffset: end } = getSelection();
  // an editor keeps a space at a line's end as one that does not break
  const written = node?.nodeType === Node.TEXT_NODE ? node.data.slice(0, end).replace(/\u00a0/g, " ") : "";
  if (!written.endsWith(`${title} `)) return false;
  const start = end - title.length - 1;
  const range = document.createRange();
  range.setStart(node, start);
  range.setEnd(node, end - 1);
  select(range);
  const isLinked = document.execCommand("createLink", false, address);
  getSelection().collapseToEnd();
  getSelection().modify("move", "forward", "character");
  return isLinked;
}

// Puts the tracked link in the place of a plain one, true where it stood.
export function swapLink(editor, plain, address, { isRich }) {
  editor.focus();
  let swapped = false;
  if (editor instanceof HTMLTextAreaElement) {
    const [at] = placesOf(editor.value, plain);
    if (at === undefined) return false;
    editor.setSelectionRange(at, at + plain.length);
    insertPlain(editor, address);
    return true;
  }
  for (const link of editor.querySelectorAll("a[href]")) {
    if (link.href !== plain && link.getAttribute("href") !== plain) continue;
    const range = document.createRange();
    range.selectNodeContents(link);
    select(range);
    if (link.textContent.trim() === plain) swapText(range, address, true);
    else document.execCommand("createLink", false, address);
    swapped = true;
  }
  const range = textRange(editor, plain);
  if (range) swapText(range, address, isRich);
  return swapped || range !== null;
}

function swapText(range, address, asLink) {
  select(range);
  document.execCommand("insertText", false, address);
  const { anchorNode: node, anchorOffset: end } = getSelection();
  if (!asLink || node?.nodeType !== Node.TEXT_NODE || end < address.length) return;
  const written = document.createRange();
  written.setStart(node, end - address.length);
  written.setEnd(node, end);
  select(written);
  document.execCommand("createLink", false, address);
  getSelection().collapseToEnd();
}

function textRange(editor, words) {
  const texts = document.createTreeWalker(editor, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const [at] = placesOf(node.data, words);
    if (at === undefined) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    return range;
  }
  return null;
}
