// What Gmail tells its server, read: pure, without the page. Its requests come in two spellings of
// the same numbered fields, objects with keys "1", "2" … and lists that begin with field 1.
//   message: 1 id, 3 to, 4 cc, 5 bcc, 9 body, 11 labels, 12 attachments, 54 time to send at
//   person: 2 address · body: 2 parts (1: 0 own words, 2 quoted; 2 HTML) · attachment: 2 name, 3 size
// Labels: ^pfg is sent, ^scheduled is to be sent later, ^r a draft, ^io_fwd a forwarded mail.
import { addressesInHtml, withoutQuote } from "./html.js";

const DEEPEST = 12;
const QUOTE = [/<[^>]+class="[^"]*\bgmail_quote/i];
const seen = new Map(); // message -> its content: a mail may be sent by a request without any

const field = (node, number) => (Array.isArray(node) ? node[number - 1] : node?.[number]);
const list = (value) => (Array.isArray(value) ? value : []);

// Facts in the shape of `sending.facts`, from one request and its answer.
export function factsOf({ body, status, started, answered }) {
  const messages = new Map();
  for (const node of messagesIn(parsed(body))) {
    const message = readMessage(node);
    const before = messages.get(message.message);
    if (!before || before.kind === "draft") messages.set(message.message, message);
  }
  return [...messages.values()].map((message) => factOf(withContent(message), status, started, answered)).filter(Boolean);
}

function factOf(message, status, started, answered) {
  if (status === 200) return { ...message, started, answered };
  return message.kind === "draft" ? null : { kind: "failed", message: message.message };
}

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function* messagesIn(node, depth = 0) {
  if (node === null || typeof node !== "object" || depth > DEEPEST) return;
  const id = field(node, 1);
  if (typeof id === "string" && id.startsWith("msg-") && isLabels(field(node, 11))) {
    if (kindOf(field(node, 11))) yield node;
    return;
  }
  for (const child of Object.values(node)) yield* messagesIn(child, depth + 1);
}

const isLabels = (value) => Array.isArray(value) && value.some((label) => typeof label === "string" && label.startsWith("^"));

function kindOf(labels) {
  if (labels.includes("^pfg")) return "sent";
  if (labels.includes("^scheduled")) return "scheduled";
  return labels.includes("^r") || labels.includes("^r_bt") ? "draft" : null;
}

function readMessage(node) {
  const labels = field(node, 11);
  return {
    kind: kindOf(labels),
    message: field(node, 1),
    recipients: [3, 4, 5].flatMap((number) => list(field(node, number)).map((person) => field(person, 2))).filter(isText),
    addresses: addressesInHtml(ownWords(field(node, 9), labels.includes("^io_fwd"))),
    files: list(field(node, 12)).map((one) => ({ name: field(one, 2), size: Number(field(one, 3)) })).filter(({ name, size }) => isText(name) && size >= 0),
    scheduled_for: timeOf(field(node, 54)),
    has_content: field(node, 9) !== undefined && field(node, 9) !== null,
  };
}

const isText = (value) => typeof value === "string" && value !== "";

// In a reply the mail below was sent by somebody else; a mail that is passed on is sent anew.
function ownWords(body, isForwarded) {
  const parts = list(field(body, 2)).filter((part) => isForwarded || field(part, 1) !== 2);
  const html = parts.map((part) => field(part, 2)).filter(isText).join("\n");
  return isForwarded ? html : withoutQuote(html, QUOTE);
}

// A number of seconds, milliseconds or microseconds, wherever in the field it stands.
function timeOf(value) {
  if (value !== null && typeof value === "object") return Object.values(value).map(timeOf).find(Boolean) ?? null;
  const number = Number(value);
  if (!(number > 1e9)) return null;
  return new Date(number < 1e11 ? number * 1000 : number < 1e14 ? number : number / 1000).toISOString();
}

function withContent({ has_content, ...message }) {
  if (has_content) {
    seen.delete(message.message);
    seen.set(message.message, message);
    if (seen.size > 50) seen.delete(seen.keys().next().value);
    return message;
  }
  const { recipients, addresses, files } = seen.get(message.message) ?? message;
  return { ...message, recipients, addresses, files };
}
