// From what a mail site told to what the library hears. A message without anything of ours in it
// ends here: it is counted as seen, and forgotten.
import { keep, kept } from "./browser.js";
import * as catalogue from "./catalogue.js";
import { hashOfText } from "./hashing.js";
import * as health from "./health.js";
import * as outbox from "./outbox.js";
import * as pairing from "./pairing.js";
import { timing } from "./timing.js";

const REMEMBERED = 500;
// what the library reads in one event
const [MOST_PEOPLE, MOST_ITEMS, LONGEST_NAME] = [500, 100, 300];

// --- what is remembered until a message leaves ------------------------------------
let turn = Promise.resolve();

function remember(key, rows) {
  turn = turn.then(async () => {
    const before = await kept(key, []);
    const names = new Set(rows.map(([name]) => name));
    await keep(key, [...before.filter(([name]) => !names.has(name)), ...rows].slice(-REMEMBERED));
  });
  return turn;
}

export const linksMade = (links, deal) => remember("links", links.map(({ address }) => [address, deal]));

// Files are known by name and size in the site's request; the names are kept as hashes only.
const nameOf = (file) => hashOfText(`${file.size}:${file.name}`);

export async function filePicked(file) {
  const name = await nameOf(file);
  const known = new Map(await kept("files", [])).get(name) ?? [];
  await remember("files", [[name, [...new Set([...known, file.sha256])]]]);
}

// The hash of an attachment; null where two different files went by this name and size.
async function hashOfAttachment(file) {
  const known = new Map(await kept("files", [])).get(await nameOf(file)) ?? [];
  return known.length === 1 ? known[0] : null;
}

// --- what is in a message ------------------------------------------------------------
async function itemsOf({ addresses, files }) {
  const items = new Map();
  for (const address of addresses) {
    const ours = await catalogue.ofAddress(address);
    if (ours?.link) items.set(ours.link, { link: ours.link });
    else if (ours?.page) items.set(ours.page, { page: ours.page });
  }
  for (const file of files) {
    const sha256 = file.sha256 ?? (await hashOfAttachment(file));
    if (sha256 && (await catalogue.ofFile(sha256))) items.set(sha256, { file_sha256: sha256, file_name: file.name.slice(0, LONGEST_NAME) });
  }
  return [...items.values()];
}

// The deal for which the links in it were made, where they agree.
async function dealOf(items) {
  const made = new Map(await kept("links", []));
  const deals = new Set(items.map(({ link }) => made.get(link)).filter(Boolean));
  return deals.size === 1 ? [...deals][0] : null;
}

// --- facts --------------------------------------------------------------------------------
// kind: sent, scheduled, draft (the message is one again), failed, probably_sent. One after the
// other, as they came: a confirmation looks for what it confirms.
let telling = Promise.resolve();

export function facts(site, told) {
  const all = telling.then(async () => {
    for (const fact of told) await oneFact(site, fact);
  });
  telling = all.catch(() => {});
  return all;
}

async function oneFact(site, fact) {
  if (fact.kind === "failed") {
    await confirmed(site);
    return health.failed(site);
  }
  const message = await hashOfText(`${site}:${fact.message}`);
  if (fact.kind === "draft") {
    await confirmed(site, message);
    return outbox.withdraw(site, message, fact.started);
  }
  if (fact.kind === "probably_sent") return told(site, message, fact);
  await health.seen(site);
  const files = (await confirmed(site))?.files ?? [];
  return told(site, message, { ...fact, files: [...fact.files, ...files] });
}

async function told(site, message, fact) {
  if (!(await pairing.state()).origin) return;
  if (fact.awaits_confirmation) await keep("awaited", [...(await awaited()), { site, message, files: fact.files, at: fact.answered }]);
  const items = await itemsOf(fact);
  if (!items.length) return;
  const { hold_ms, intent_patience_ms } = await timing();
  const event = {
    kind: fact.kind,
    site,
    message,
    scheduled_for: fact.scheduled_for ?? null,
    recipients: [...new Set(fact.recipients.map((one) => one.toLowerCase()))].slice(0, MOST_PEOPLE),
    deal: await dealOf(items),
    items: items.slice(0, MOST_ITEMS),
  };
  const hold = fact.is_final ? 0 : fact.awaits_confirmation ? intent_patience_ms : hold_ms;
  await outbox.add(event, { accepted_at: fact.answered, hold_ms: hold });
}

// --- probable sends that the mail server may yet confirm -----------------------------------
const AWAITED_MS = 10 * 60_000;

const awaited = async () => (await kept("awaited", [])).filter(({ at }) => at > Date.now() - AWAITED_MS);

// The mail server spoke of a message: the oldest that waits for that on this site (or the one
// named) is not told as probable any more. A window of its own may ask through another page.
async function confirmed(site, message = null) {
  const waiting = await awaited();
  const found = waiting.find((one) => one.site === site && (message === null || one.message === message));
  if (!found) return null;
  await keep("awaited", waiting.filter((one) => one !== found));
  await outbox.withdraw(site, found.message, Date.now());
  return found;
}

// What stands in a composer, for the mark beside Send: untracked, outdated or internal.
export async function marksOf({ addresses, files }) {
  const marks = [];
  for (const address of new Set(addresses)) {
    const ours = await catalogue.ofAddress(address);
    if (ours?.asset) marks.push({ ...ours, address });
  }
  for (const file of files) {
    const ours = await catalogue.ofFile(file.sha256);
    if (ours) marks.push({ ...ours, file: file.name });
  }
  return marks;
}
