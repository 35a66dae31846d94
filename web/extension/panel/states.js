// What the panel says where it cannot help: each state with its way out.
import { make } from "./make.js";

const SENTENCES = {
  unpaired: ["Not paired with a library yet", "Click the contentlib button in the browser's bar and pair this browser: it takes a minute."],
  again: ["Pair this browser again", "The library does not know this browser any more. Click the contentlib button in the browser's bar. What you sent meanwhile is kept and told then."],
  offline: ["The library cannot be reached", "Check the connection. Nothing is lost: what you send is told later."],
  slow_down: ["A moment, please", "The library asks for a pause."],
  gone: ["Reload this page", "The extension was updated in the background."],
  failed: ["That did not work", "Try again."],
};

export function stateOf(code, message, retry) {
  const [title, words] = SENTENCES[code] ?? [SENTENCES.failed[0], message];
  const canRetry = !["unpaired", "again", "gone"].includes(code);
  return [
    make("strong", {}, title),
    make("p", { class: "muted" }, words),
    canRetry ? make("button", { class: "button", type: "button", onclick: retry }, "Try again") : "",
  ];
}
