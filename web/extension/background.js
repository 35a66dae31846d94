// The background: wakes for a question, an alarm or the start of the browser, and sleeps again.
import { answer, pairAndCatchUp } from "./background/answers.js";
import { refreshBadge } from "./background/badge.js";
import { BEAT, beat, keepBeating } from "./background/beat.js";
import * as browser from "./lib/browser.js";
import * as health from "./lib/health.js";
import * as outbox from "./lib/outbox.js";

const ALARMS = { [BEAT]: beat, [outbox.ALARM]: outbox.tell, [health.ALARM]: health.look };

browser.onAsked(answer);
browser.onWake((name) => ALARMS[name]?.());
browser.onReachable(pairAndCatchUp); // the popup may have closed over the browser's question
browser.onKept((keys) => {
  if (["pairing", "token_refused", "sites", "queue"].some((key) => keys.includes(key))) refreshBadge();
});
browser.onStart(() => {
  keepBeating();
  refreshBadge();
  health.look();
});
addEventListener("online", () => outbox.hurry());
keepBeating();
outbox.tell();
