// The queue of events, as rules without a clock or a store: each takes a queue and gives another.
//   waiting: [{ event, hold_until, accepted_at, leaving, tries }], oldest first
//   told: [[message, kind, at]], the last of each message that has left
//   lost: how many were given up · singly: how many to tell one by one · not_before, tries: back-off
const LONGEST = 500;
const REMEMBERED = 500;
export const AT_ONCE = 50;

export const EMPTY = Object.freeze({ waiting: [], told: [], lost: 0, not_before: 0, tries: 0, singly: 0 });

// A mail server may be asked twice for one mail, when its first answer got lost: told once.
export function withEvent(queue, event, { accepted_at, hold_until }) {
  const isSame = (entry) => entry.event.message === event.message && entry.event.kind === event.kind;
  const last = queue.waiting.findLast((entry) => entry.event.message === event.message);
  if (last ? isSame(last) : kindTold(queue, event.message) === event.kind) return queue;
  const entry = { event, hold_until, accepted_at, leaving: false };
  return bounded({ ...queue, waiting: [...queue.waiting, entry] });
}

// The oldest give way: what was sent today matters more than what could not be told for weeks.
function bounded(queue) {
  const over = Math.max(0, queue.waiting.length - LONGEST);
  return { ...queue, waiting: queue.waiting.slice(over), lost: queue.lost + over };
}

// The message is a draft again since `at`. Withdraws what has not left; where it may have left
// already, `takenBack(entry)` makes the event that says so.
export function withdrawn(queue, message, at, takenBack) {
  const of = (entry) => entry.event.message === message;
  const ours = queue.waiting.filter((entry) => of(entry) && entry.event.kind !== "taken_back");
  // a draft that was saved just before Send may be answered just after it
  if (ours.some((entry) => entry.accepted_at > at)) return queue;
  const staying = queue.waiting.filter((entry) => !ours.includes(entry) || entry.leaving);
  const left = { ...queue, waiting: staying };
  const mayBeTold = ours.some((entry) => entry.leaving) || (!ours.length && isOut(queue, message, at));
  return mayBeTold ? withEvent(left, takenBack(ours.at(-1)?.event), { accepted_at: at, hold_until: at }) : left;
}

function isOut(queue, message, at) {
  const told = queue.told.find(([name]) => name === message);
  return told !== undefined && told[1] !== "taken_back" && told[2] <= at;
}

const kindTold = (queue, message) => queue.told.find(([name]) => name === message)?.[1];

// What may leave now, at most AT_ONCE; marked, as it may arrive although no answer comes back.
export function leaving(queue, now) {
  if (now < queue.not_before) return { queue, events: [] };
  const due = queue.waiting.filter((entry) => entry.hold_until <= now).slice(0, queue.singly ? 1 : AT_ONCE);
  const waiting = queue.waiting.map((entry) => (due.includes(entry) ? { ...entry, leaving: true } : entry));
  return { queue: { ...queue, waiting }, events: due.map((entry) => entry.event) };
}

// `done`: ids that the server took or refused. Those it did not name are told again.
export function answered(queue, done, now) {
  const gone = queue.waiting.filter((entry) => done.has(entry.event.id));
  const renewed = gone.map(({ event, accepted_at }) => [event.message, event.kind, accepted_at]);
  const names = new Set(renewed.map(([name]) => name));
  const latest = [...new Map(renewed.map((one) => [one[0], one])).values()];
  const told = [...queue.told.filter(([name]) => !names.has(name)), ...latest].slice(-REMEMBERED);
  const waiting = queue.waiting.filter((entry) => !gone.includes(entry));
  const singly = Math.max(0, queue.singly - 1);
  return { ...queue, waiting, told, singly, tries: 0, not_before: gone.length ? 0 : now + 60_000 };
}

// The server cannot read the batch (400, 422): told one by one, what is wrong with one of them
// holds up no other; that one alone is given up.
export function unreadable(queue, ids) {
  if (ids.length > 1) return { ...queue, singly: ids.length };
  const waiting = queue.waiting.filter((entry) => !ids.includes(entry.event.id));
  return { ...queue, waiting, lost: queue.lost + 1, singly: Math.max(0, queue.singly - 1) };
}

export function unanswered(queue, now, { first, longest, retry_after_ms }) {
  const pause = Math.max(retry_after_ms ?? 0, Math.min(longest, first * 2 ** queue.tries));
  return { ...queue, tries: Math.min(queue.tries + 1, 30), not_before: now + pause };
}

// When to look again, or null where nothing waits.
export function nextLook(queue) {
  if (!queue.waiting.length) return null;
  return Math.max(queue.not_before, Math.min(...queue.waiting.map((entry) => entry.hold_until)));
}
