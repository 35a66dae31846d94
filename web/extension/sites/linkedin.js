// LinkedIn messages and Sales Navigator: a link is put into the composer, and that it left with a
// message is seen by the composer being empty after Send. Nothing is sent for anybody, nothing is
// read of the page, and who gets it is not known here.
const SEND = 'button[type="submit"], button.msg-form__send-button, button[data-control-name="send"]';

export const linkedin = {
  name: "linkedin",
  title: "LinkedIn",
  sees_facts: false,
  editors: 'form [contenteditable="true"][role="textbox"], form textarea[name="message"]',
  rootOf: (editor) => editor.closest("form"),
  sendOf: (root) => root.querySelector(SEND),
  place: (root, host) => root.querySelector(SEND)?.before(host),
  knowsPeople: false,
  sendsByEnter: true,
  isRich: false,
};
