// What Outlook on the web tells its server, read: pure, without the page. A message leaves with
// `MessageDisposition` SendAndSaveCopy or SendOnly, with SendItem, or with sendMail; that it was
// taken is an answer of 2xx without an error in it.
import { addressesInHtml, withoutQuote } from "./html.js";

const DEEPEST = 12;
const QUOTE = [/<[^>]+id="[^"]*(divRplyFwdMsg|appendonsend)/i];
const LEAVING = ["SendAndSaveCopy", "SendOnly"];
const PEOPLE = /^(to|cc|bcc)recipients$/i;
const TEXTS = /^(body|newbodycontent|uniquebody)$/i;
const seen = new Map(); // item -> its content, from drafts that were saved

export function factsOf({ url, body, status, answer, started, answered }) {
  const asked = parsed(body);
  if (asked === null) return [];
  const content = contentOf(asked);
  const given = itemIn(asked) ?? itemIn(parsed(answer));
  if (!isLeaving(url, asked)) {
    if (given) remember(given, content);
    return [];
  }
  if (status < 200 || status > 299 || hasError(parsed(answer))) return [{ kind: "failed", message: given }];
  const known = seen.get(given) ?? content;
  const whole = content.recipients.length || content.addresses.length ? content : known;
  const kind = content.scheduled_for ? "scheduled" : "sent";
  return [{ kind, message: given ?? crypto.randomUUID(), ...whole, files: [], scheduled_for: content.scheduled_for, started, answered, is_final: true }];
}

function remember(item, content) {
  seen.set(item, content);
  if (seen.size > 50) seen.delete(seen.keys().next().value);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isLeaving(url, asked) {
  if (/action=SendItem\b|\/sendmail(\?|$)/i.test(url)) return true;
  return LEAVING.includes(first(asked, (key) => key === "MessageDisposition"));
}

const hasError = (answer) => first(answer, (key, value) => (key === "ResponseClass" && value === "Error") || (key === "error" && value)) !== undefined;

// The first value in the tree that `is` takes.
function first(node, is, depth = 0) {
  if (node === null || typeof node !== "object" || depth > DEEPEST) return undefined;
  for (const [key, value] of Object.entries(node)) {
    if (is(key, value)) return value;
    const found = first(value, is, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

const itemIn = (node) => first(node, (key) => key === "ItemId")?.Id ?? first(node, (key) => key === "ItemIds")?.[0]?.Id ?? null;

function contentOf(asked) {
  const people = [];
  const texts = [];
  gather(asked, people, texts);
  const isForwarded = /forward/i.test(first(asked, (key) => key === "ComposeOperation") ?? "");
  const html = texts.join("\n");
  return {
    recipients: [...new Set(people)],
    addresses: addressesInHtml(isForwarded ? html : withoutQuote(html, QUOTE)),
    scheduled_for: laterTime(asked),
  };
}

function gather(node, people, texts, depth = 0) {
  if (node === null || typeof node !== "object" || depth > DEEPEST) return;
  for (const [key, value] of Object.entries(node)) {
    if (PEOPLE.test(key) && Array.isArray(value)) people.push(...value.map(addressOf).filter(Boolean));
    else if (TEXTS.test(key) && typeof (value?.Value ?? value?.content ?? value?.Content) === "string") texts.push(value.Value ?? value.content ?? value.Content);
    else gather(value, people, texts, depth + 1);
  }
}

function addressOf(person) {
  const named = person?.EmailAddress ?? person?.emailAddress;
  const address = typeof named === "object" ? named?.Address ?? named?.address : named;
  return typeof address === "string" && address.includes("@") ? address : null;
}

// PidTagDeferredSendTime, by name or by number.
function laterTime(asked) {
  const named = first(asked, (key, value) => key === "DeferredSendTime" && typeof value === "string");
  const tagged = first(asked, (_, value) => /^0x3fef$/i.test(value?.ExtendedFieldURI?.PropertyTag ?? ""))?.Value;
  const time = Date.parse(named ?? tagged ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
