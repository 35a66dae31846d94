// One page has many addresses; the canonical one is the same for all of them. The server computes
// the same in `contentlib/asset/addresses.py`; `tests/addresses.json` holds both to one list.
const LONGEST = 4096;
const PARTS = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/i;
const USUAL_PORT = { http: "80", https: "443" };

// `rules` as the catalogue gives them: { names, prefixes, front_pages }. Null for no web address.
export function canonicalAddress(address, rules) {
  // counted in characters, as Python does, and a tab or a line's end in between is no part of it
  const trimmed = trim(address);
  if ([...trimmed].length > LONGEST) return null;
  const parts = PARTS.exec(trimmed.replace(/[\t\r\n]/g, ""));
  const scheme = parts?.[1].toLowerCase();
  if (!parts || !(scheme in USUAL_PORT) || !parts[2]) return null;
  const host = hostOf(parts[2], scheme);
  if (host === null) return null;
  const path = pathOf(parts[3], rules);
  const query = queryOf(parts[4] ?? "", rules);
  return query ? `${host}${path}?${query}` : `${host}${path}`;
}

const trim = (text) => text.replace(/^[\s\x00-\x20\x85]+|[\s\x1c-\x1f\x85]+$/g, "");

function hostOf(place, scheme) {
  if (place.includes("[") !== place.includes("]")) return null;
  const withoutUser = place.slice(place.lastIndexOf("@") + 1);
  const parts = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d*))?$/.exec(withoutUser);
  if (!parts?.[1] || Number(parts[2] ?? 0) > 65535) return null;
  // after a % the name of a network interface follows, whose case counts
  let name = parts[1].replace(/^[^%]+/, (before) => before.toLowerCase()).replace(/^\[|\]$/g, "");
  if (/[^\x00-\x7f]/.test(name)) {
    try {
      // the library's codec is of 2003, where these two were not letters of their own
      name = new URL(`http://${name.replace(/ß/g, "ss").replace(/ς/g, "σ")}`).hostname;
    } catch {
      return null;
    }
  }
  name = name.replace(/\.+$/, "").replace(/^www\./, "");
  const port = parts[2] ? String(Number(parts[2])) : null;
  return port === null || port === USUAL_PORT[scheme] ? name : `${name}:${port}`;
}

function pathOf(path, rules) {
  const kept = [];
  for (const part of evenlyEscaped(path).split("/")) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  if (kept.length && rules.front_pages.includes(kept.at(-1).toLowerCase())) kept.pop();
  return kept.map((part) => `/${part}`).join("");
}

function queryOf(query, rules) {
  return query
    .split("&")
    .filter(Boolean)
    .map(evenlyEscaped)
    .filter((part) => !isTracking(part.split("=", 1)[0].toLowerCase(), rules))
    .sort()
    .join("&");
}

function isTracking(name, rules) {
  return rules.names.includes(name) || rules.prefixes.some((prefix) => name.startsWith(prefix));
}

// Escapes what must be, and nothing that need not be (RFC 3986, 6.2.2).
function evenlyEscaped(text) {
  const unescaped = text.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(parseInt(escape.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : escape.toUpperCase();
  });
  return unescaped.replace(/[^A-Za-z0-9._~!$&'()*+,;=:@/?%-]/gu, (character) =>
    Array.from(bytesOf(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );
}

// half of a pair that stands alone is "?" to Python
const bytesOf = (character) => new TextEncoder().encode(character.isWellFormed() ? character : "?");

// --- addresses in a text -------------------------------------------------------------
const IN_TEXT = /https?:\/\/[^\s<>"'\u200b]+/gi;
const ENDS_SENTENCE = /[.,;:!?)\]}]+$/;

export const addressesIn = (text) => [...text.matchAll(IN_TEXT)].map(([found]) => found.replace(ENDS_SENTENCE, ""));

// Where in the text this address stands, and not as the beginning of another.
export function placesOf(text, address) {
  const found = [...text.matchAll(IN_TEXT)];
  return found.filter(([one]) => one.replace(ENDS_SENTENCE, "") === address).map(({ index }) => index);
}
