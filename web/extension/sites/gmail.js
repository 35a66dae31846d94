// Gmail's composers: new mail, reply in the thread, full screen, and the window of its own. Found
// by what they are made of, never by words, which are in fifty languages.
import { around } from "./around.js";
import { factsOf } from "./gmail_mail.js";

const SEND = '[role="button"].aoO, [role="button"][data-tooltip*="Enter"]';
const EDITORS = '[contenteditable="true"][g_editable="true"], [contenteditable="true"][role="textbox"].editable';
const PEOPLE = '[name="to"], [name="subjectbox"]';

export const gmail = {
  name: "gmail",
  title: "Gmail",
  sees_facts: true,
  editors: EDITORS,
  factsOf,

  // the smallest part around the editor that holds Send and who it is for; with a reply in the
  // thread those fields may not be drawn yet
  rootOf(editor) {
    const whole = around(editor, SEND, PEOPLE);
    return whole?.querySelectorAll(EDITORS).length === 1 ? whole : around(editor, SEND);
  },
  sendOf: (root) => root.querySelector(SEND),
  // a cell of its own in the bar, after Send and its arrow
  place(root, host) {
    const cell = root.querySelector(SEND)?.closest("td");
    if (!cell) {
      root.querySelector(SEND)?.parentElement.append(host);
      return;
    }
    const own = cell.nextElementSibling?.matches("[data-contentlib-cell]") ? cell.nextElementSibling : document.createElement("td");
    own.dataset.contentlibCell = "";
    if (own.previousElementSibling !== cell) cell.after(own);
    own.append(host);
  },
  notPeople: '[name="from"], .gmail_quote',
  isRich: true,
};
