// Which library this browser belongs to. The token stands in the local storage and goes nowhere
// but to that library's origin.
import * as browser from "./browser.js";
import * as catalogue from "./catalogue.js";
import * as server from "./server.js";

const OFFER_MS = 10 * 60_000; // as long as a code is good

// The origin of what was typed: "library.example", or any address of the library.
// Raises TypeError for what is no address.
export function originOf(typed) {
  const text = typed.trim();
  const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw new TypeError(text);
  return url.origin;
}

// The browser may close the popup while it asks for the permission: the background then finds
// here what was typed, and pairs.
export async function offer(origin, code) {
  await browser.drop("pair_problem");
  await browser.keep("offer", { origin, code, at: Date.now() });
}

let pairing = null;

export function takeUpOffer() {
  pairing ??= pairAsOffered()
    .catch(async (problem) => {
      await browser.keep("pair_problem", { code: problem.code ?? "failed", message: problem.message });
    })
    .finally(() => { pairing = null; });
  return pairing;
}

async function pairAsOffered() {
  const offered = await browser.kept("offer");
  if (!offered || Date.now() - offered.at > OFFER_MS) return null;
  if (!(await browser.mayReach(offered.origin))) return null;
  await browser.drop("offer"); // a code is good once
  const told = { code: offered.code, browser: browser.inWords(), version: browser.version() };
  const { token, device, member, library } = await server.pair(offered.origin, told);
  const before = await browser.kept("pairing");
  await browser.keep("pairing", { origin: offered.origin, token, device, member, library });
  await browser.drop("token_refused");
  if (before && before.origin !== offered.origin) await browser.reachNoMore(before.origin);
  await catalogue.fetchAnew();
  return browser.kept("pairing");
}

export async function unpair() {
  const held = await browser.kept("pairing");
  await browser.drop("pairing", "token_refused", "offer", "links", "files");
  await catalogue.forget();
  if (held) await browser.reachNoMore(held.origin);
}

// { is_paired, needs_pairing_again, origin, member, library, problem }: the last is what was in
// the way of the last try to pair.
export async function state() {
  const held = await browser.kept("pairing");
  const refused = (await browser.kept("token_refused")) === true;
  const { origin = null, member = null, library = null } = held ?? {};
  const problem = await browser.kept("pair_problem");
  return { is_paired: Boolean(held) && !refused, needs_pairing_again: refused, origin, member, library, problem };
}
