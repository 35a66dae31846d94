// Events on their way to the library: kept in storage, told once, across restarts and offline.
// Only the background calls this, one change after the other.
import { keep, kept, sleepOn, wakeAt } from "./browser.js";
import * as queue from "./queue.js";
import * as server from "./server.js";
import { timing } from "./timing.js";

export const ALARM = "outbox";
const STORED = "queue";
const UNREADABLE = [400, 413, 422];
let turn = Promise.resolve();
let telling = null;
let timer = 0;

const read = async () => ({ ...queue.EMPTY, ...(await kept(STORED)) });

// Changes of the queue never overlap: each reads what the one before it wrote.
function change(rule) {
  const changed = turn.then(async () => {
    const before = await read();
    const after = await rule(before);
    if (after !== before) await keep(STORED, after);
    return after;
  });
  turn = changed.catch(() => {});
  return changed;
}

export async function add(event, { accepted_at, hold_ms = 0 }) {
  const entry = { id: crypto.randomUUID(), at: inUtc(accepted_at), ...event };
  const after = await change((held) => queue.withEvent(held, entry, { accepted_at, hold_until: accepted_at + hold_ms }));
  await arrange(after);
}

export async function withdraw(site, message, at) {
  const after = await change((held) =>
    queue.withdrawn(held, message, at, (told) => ({
      id: crypto.randomUUID(),
      kind: "taken_back",
      site,
      message,
      at: inUtc(at),
      scheduled_for: null,
      recipients: told?.recipients ?? [],
      deal: told?.deal ?? null,
      items: told?.items ?? [],
    })),
  );
  await arrange(after);
}

export const inUtc = (ms) => new Date(ms).toISOString();
export const length = async () => (await read()).waiting.length;
export const lost = async () => (await read()).lost;

// Tells what is due. Called by the alarm, at the start, when the browser is online again.
export function tell() {
  telling ??= tellAll().finally(() => { telling = null; });
  return telling;
}

async function tellAll() {
  for (;;) {
    let events = [];
    const held = await change((before) => {
      const going = queue.leaving(before, Date.now());
      events = going.events;
      return events.length ? going.queue : before;
    });
    if (!events.length) return arrange(held);
    if (!(await deliver(events))) return arrange(await read());
  }
}

async function deliver(events) {
  try {
    const { taken = [], refused = [] } = await server.tellEvents(events);
    const done = new Set([...taken, ...refused.map(({ id }) => id)]);
    await change((held) => queue.answered(held, done, Date.now()));
    return done.size > 0;
  } catch (problem) {
    if (UNREADABLE.includes(problem.status)) {
      await change((held) => queue.unreadable(held, events.map(({ id }) => id)));
      return true;
    }
    const { back_off_first_ms: first, back_off_longest_ms: longest } = await timing();
    const { retry_after_ms } = problem;
    await change((held) => queue.unanswered(held, Date.now(), { first, longest, retry_after_ms }));
    return false;
  }
}

// Tries again at once: after pairing, and when the browser is online again.
export async function hurry() {
  await change((held) => ({ ...held, not_before: 0, tries: 0 }));
  await tell();
}

// An alarm outlives the worker but comes late for short waits; a timer is the other way round.
async function arrange(held) {
  clearTimeout(timer);
  const next = queue.nextLook(held);
  if (next === null) {
    await sleepOn(ALARM);
    return;
  }
  const wait = Math.max(0, next - Date.now());
  timer = setTimeout(tell, wait);
  await wakeAt(ALARM, Date.now() + wait + 500);
}

export async function empty() {
  await change(() => queue.EMPTY);
  await arrange(queue.EMPTY);
}
