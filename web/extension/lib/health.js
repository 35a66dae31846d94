// The state of each mail site: kept, shown, and told to the library when it changes.
import { keep, kept, wakeAt } from "./browser.js";
import * as rules from "./blindness.js";
import * as server from "./server.js";
import { inUtc } from "./outbox.js";
import { timing } from "./timing.js";

export const ALARM = "health";
let turn = Promise.resolve();
let timer = 0;

export const sites = () => kept("sites", {});

function change(name, rule) {
  const changed = turn.then(async () => {
    const all = await sites();
    const before = all[name] ?? rules.SEEING;
    const after = rule(before);
    if (after === before) return false;
    await keep("sites", { ...all, [name]: after });
    if (after.state === before.state) return false;
    await keep("health_untold", { ...(await kept("health_untold", {})), [name]: true });
    return true;
  });
  turn = changed.catch(() => {});
  return changed;
}

export async function intended(site, id) {
  await change(site, (before) => rules.withIntent(before, id, Date.now()));
  await arrange();
}

export const notIntended = (site, id) => change(site, (before) => rules.withoutIntent(before, id));
export const failed = (site) => change(site, rules.withFailure);

export async function seen(site) {
  if (await change(site, (before) => rules.withFact(before, Date.now()))) await tell();
}

// Called by the alarm: counts what nothing followed.
export async function look() {
  const { intent_patience_ms } = await timing();
  let turned = false;
  for (const site of Object.keys(await sites())) {
    turned = (await change(site, (before) => rules.later(before, Date.now(), intent_patience_ms))) || turned;
  }
  if (turned) await tell();
  await arrange();
}

// Tells what changed; what cannot be told now is told with the next beat.
export async function tell() {
  const untold = await kept("health_untold", {});
  const all = await sites();
  const news = Object.keys(untold).filter((name) => name in all);
  if (!news.length) return;
  const told = news.map((name) => [name, { state: all[name].state, since: inUtc(all[name].since) }]);
  try {
    await server.tellHealth(Object.fromEntries(told));
    await keep("health_untold", {});
  } catch {
    // offline, or not paired: the beat comes by here again
  }
}

async function arrange() {
  const { intent_patience_ms } = await timing();
  const next = rules.nextLook(await sites(), intent_patience_ms);
  if (next === null) return;
  clearTimeout(timer);
  timer = setTimeout(look, Math.max(0, next - Date.now()) + 10);
  await wakeAt(ALARM, next + 500);
}
