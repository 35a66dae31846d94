// Whether we still see what a mail site sends, as rules without a clock or a store. A click on
// Send is an intent; the mail server's answer a fact. Three intents in a row without either a fact
// or a failure: the site changed, and we are blind there. The counts stay in the browser.
const BLIND_AFTER = 3;

export const SEEING = Object.freeze({ state: "working", since: 0, missed: 0, intents: [] });

export function withIntent(site, id, now) {
  return { ...site, intents: [...site.intents.filter((one) => one.id !== id), { id, at: now }].slice(-20) };
}

// The composer is still there: nothing was sent after all.
export function withoutIntent(site, id) {
  return { ...site, intents: site.intents.filter((one) => one.id !== id) };
}

export function withFact(site, now) {
  const seeing = site.state === "working" ? site : { ...site, state: "working", since: now };
  return { ...seeing, missed: 0, intents: seeing.intents.slice(1) };
}

// The mail server said no: then we do see.
export const withFailure = (site) => ({ ...site, missed: 0, intents: site.intents.slice(1) });

// Counts the intents that waited for longer than `patience` ms.
export function later(site, now, patience) {
  const overdue = site.intents.filter((one) => one.at + patience <= now);
  if (!overdue.length) return site;
  const missed = site.missed + overdue.length;
  const intents = site.intents.filter((one) => !overdue.includes(one));
  const turned = site.state === "working" && missed >= BLIND_AFTER;
  return { ...site, missed, intents, ...(turned ? { state: "blind", since: now } : {}) };
}

export function nextLook(sites, patience) {
  const times = Object.values(sites).flatMap((site) => site.intents.map((one) => one.at + patience));
  return times.length ? Math.min(...times) : null;
}
