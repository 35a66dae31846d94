// Once a day: the catalogue anew, which tells the library that this device still looks out. It
// carries nothing about mail.
import * as browser from "../lib/browser.js";
import * as catalogue from "../lib/catalogue.js";
import * as health from "../lib/health.js";
import * as outbox from "../lib/outbox.js";
import { timing } from "../lib/timing.js";

export const BEAT = "beat";

export async function beat() {
  if (!(await browser.kept("pairing"))) return;
  // what fails today is tried again tomorrow; what is at hand still says what is ours
  await catalogue.fetchAnew().catch(() => {});
  await health.tell();
  await outbox.tell();
}

// Beats now where the last beat is longer ago than a day: a browser may be closed every evening.
export async function keepBeating() {
  const { beat_ms } = await timing();
  await browser.wakeEvery(BEAT, beat_ms / 60_000);
  const last = await browser.kept("catalogue_fetched", 0);
  if ((await browser.kept("pairing")) && Date.now() - last >= beat_ms) await beat();
}
