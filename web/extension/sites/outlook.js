// Outlook on the web: the composer in the reading pane, in a tab, and in a window of its own.
import { around } from "./around.js";
import { factsOf } from "./outlook_mail.js";

// by what the product names its parts for its own tests; the words on them are translated
const SEND = '[data-testid="ComposeSendButton"] button, button.splitPrimaryButton, button[title*="Ctrl+Enter"], button[title*="⌘"]';

export const outlook = {
  name: "outlook",
  title: "Outlook",
  sees_facts: true,
  // fields for people can be edited too: only the text has many lines
  editors: '[contenteditable="true"][role="textbox"][aria-multiline="true"], [id^="editorParent"] [contenteditable="true"]',
  factsOf,
  rootOf: (editor) => around(editor, SEND),
  sendOf: (root) => root.querySelector(SEND),
  place: (root, host) => (root.querySelector('[data-testid="ComposeSendButton"]') ?? root.querySelector(SEND))?.after(host),
  notPeople: '[data-testid="FromButton"], #divRplyFwdMsg',
  isRich: true,
};
