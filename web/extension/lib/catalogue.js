// What is ours, kept in the browser: a mail is compared with it here, so that the library hears
// of a mail only where something of the library is in it.
import { drop, keep, kept } from "./browser.js";
import { canonicalAddress } from "./addresses.js";
import { hashOfText, PREFIX_LENGTH } from "./hashing.js";
import * as server from "./server.js";
import * as shelf from "./shelf.js";

const NOTHING = { share_prefix: null, files: [], pages: [], assets: {}, tracking_parameters: { names: [], prefixes: [] }, front_pages: [] };
let open = null; // of { stamp, ...maps }: reading 50,000 lines once a mail would be felt

export async function fetchAnew() {
  const held = await shelf.take("catalogue").catch(() => null);
  const { etag, told } = await server.catalogue(held?.etag);
  if (told) {
    await shelf.put("catalogue", { etag, told });
    await keep("catalogue_stamp", crypto.randomUUID());
  }
  await keep("catalogue_fetched", Date.now());
}

export async function forget() {
  await shelf.clear("catalogue");
  await drop("catalogue_stamp", "catalogue_fetched");
  open = null;
}

async function opened() {
  const stamp = await kept("catalogue_stamp");
  if (open?.stamp === stamp) return open;
  const told = (stamp && (await shelf.take("catalogue"))?.told) || NOTHING;
  open = {
    stamp,
    assets: told.assets,
    files: new Map(told.files.map(([prefix, asset, version]) => [prefix, { asset, version }])),
    pages: new Map(told.pages),
    prefix: told.share_prefix ? new URL(told.share_prefix) : null,
    rules: { ...told.tracking_parameters, front_pages: told.front_pages },
  };
  return open;
}

// What of ours an address is: { link } for a tracked link, { page, asset } for a page or an
// asset's own page in the library, null for anything else.
export async function ofAddress(address) {
  const held = await opened();
  const url = webAddress(address);
  if (!url) return null;
  const tracked = trackedLink(url, held.prefix);
  if (tracked) return { link: tracked };
  const canonical = canonicalAddress(address, held.rules);
  if (canonical === null) return null;
  const asset = held.pages.get((await hashOfText(canonical)).slice(0, PREFIX_LENGTH));
  if (asset) return { page: address, asset, ...titled(held, asset) };
  const inside = await ownPage(url, held);
  return inside && { page: null, asset: inside, ...titled(held, inside) };
}

// { asset, version, current, title, can_send } of the file with this hash, or null.
export async function ofFile(sha256) {
  const held = await opened();
  const found = held.files.get(sha256.slice(0, PREFIX_LENGTH));
  return found ? { ...found, ...titled(held, found.asset) } : null;
}

function titled(held, asset) {
  const { title = "An asset", current = null, can_send = false } = held.assets[asset] ?? {};
  return { title, current, can_send };
}

function webAddress(address) {
  try {
    const url = new URL(address);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}

// Without query and fragment: the token alone says which link it is.
function trackedLink(url, prefix) {
  if (!prefix || url.origin !== prefix.origin || !url.pathname.startsWith(prefix.pathname)) return null;
  const [token] = url.pathname.slice(prefix.pathname.length).split("/");
  return token ? `${prefix.origin}${prefix.pathname}${token}` : null;
}

async function ownPage(url, held) {
  const pairing = await kept("pairing");
  if (url.origin !== pairing?.origin) return null;
  const [, part, asset] = url.pathname.split("/");
  return part === "assets" && Object.hasOwn(held.assets, asset ?? "") ? asset : null;
}

// Null where the asset is newer than the catalogue: then the library decides.
export async function canSend(asset) {
  return (await opened()).assets[asset]?.can_send ?? null;
}
