// The one file that talks to the library. Every request carries the device's token, and none
// leaves before the device is paired.
import { keep, kept } from "./browser.js";

const PATIENCE_MS = 20_000;

// `code`: unpaired (no token, or not any more), offline (nothing was answered, or the server is
// in trouble: try again), slow_down, refused (trying again changes nothing).
export class ServerProblem extends Error {
  constructor(code, message, { status = 0, retry_after_ms = null } = {}) {
    super(message);
    Object.assign(this, { code, status, retry_after_ms });
  }
}

async function call(origin, path, { method = "GET", body, token, headers = {} } = {}) {
  let answer;
  try {
    answer = await fetch(new URL(`/api/v1${path}`, origin), {
      method,
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      redirect: "error", // a token goes to the library's origin and nowhere else
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new ServerProblem("offline", "The library cannot be reached. Check the connection and try again.");
  }
  if (answer.status === 304) return { answer, told: null };
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw problemOf(answer, told.error?.message ?? "That did not work. Try again.");
  return { answer, told };
}

function problemOf(answer, message) {
  const { status } = answer;
  const seconds = Number(answer.headers.get("Retry-After"));
  const retry_after_ms = seconds > 0 ? seconds * 1000 : null;
  if (status === 401) return new ServerProblem("unpaired", "This browser is not paired any more. Pair it again.", { status });
  if (status === 429) return new ServerProblem("slow_down", message, { status, retry_after_ms });
  if (status >= 500 || status === 408) return new ServerProblem("offline", message, { status, retry_after_ms });
  return new ServerProblem("refused", message, { status });
}

// A request of the paired device. A token that is refused is marked so, and asked no more.
async function ours(path, options) {
  const pairing = await kept("pairing");
  if (!pairing?.token) throw new ServerProblem("unpaired", "This browser is not paired with a library.");
  if (await kept("token_refused")) {
    throw new ServerProblem("unpaired", "This browser is not paired any more. Pair it again.");
  }
  try {
    return await call(pairing.origin, path, { ...options, token: pairing.token });
  } catch (problem) {
    if (problem.status === 401) await refuse(pairing.token);
    throw problem;
  }
}

async function refuse(token) {
  // paired anew while this was on its way: then it says nothing of the new token
  if ((await kept("pairing"))?.token === token) await keep("token_refused", true);
}

const post = async (path, body, headers) => (await ours(path, { method: "POST", body, headers })).told;

export async function pair(origin, told) {
  return (await call(origin, "/extension/pair", { method: "POST", body: told })).told;
}

// { etag, told }; `told` is null where nothing changed since `etag`.
export async function catalogue(etag) {
  const headers = etag ? { "If-None-Match": etag } : {};
  const { answer, told } = await ours("/extension/catalogue", { headers });
  return { etag: answer.headers.get("ETag") ?? etag, told };
}

export const endDevice = () => ours("/extension/device", { method: "DELETE" });
export const deals = (asked) => post("/extension/deals", asked);
export const links = (asked, key) => post("/extension/links", asked, { "Idempotency-Key": key });
export const tellEvents = (events) => post("/extension/events", { events });
export const tellHealth = (sites) => post("/extension/health", { sites });
export const recommend = (deal, limit) => post("/recommendations", { opportunity: deal, limit });

export async function search(words, { preview, limit }) {
  const query = new URLSearchParams({ q: words, limit, preview: String(preview) });
  return (await ours(`/search?${query}`)).told;
}
