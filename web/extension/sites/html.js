// The addresses in a message, from its HTML as text: nothing is rendered, nothing fetched.
import { addressesIn } from "../lib/addresses.js";

const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

export function unescapeHtml(text) {
  return text.replace(/&(#x[0-9a-f]+|#\d+|[a-z]+);/gi, (whole, name) => {
    if (name[0] !== "#") return NAMED[name.toLowerCase()] ?? whole;
    const code = name[1].toLowerCase() === "x" ? parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

export function addressesInHtml(html) {
  const linked = [...html.matchAll(/\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/gi)];
  const text = html.replace(/<wbr\b[^>]*>/gi, "").replace(/<[^>]*>/g, " ");
  const found = [...linked.map(([, a, b, c]) => unescapeHtml(a ?? b ?? c)), ...addressesIn(unescapeHtml(text))];
  return [...new Set(found.map((one) => one.trim()).filter((one) => /^https?:\/\//i.test(one)))];
}

// What was written this time: without the mail that is quoted below.
export function withoutQuote(html, marks) {
  const starts = marks.map((mark) => html.search(mark)).filter((at) => at >= 0);
  return starts.length ? html.slice(0, Math.min(...starts)) : html;
}
