// What pages may ask of the background, one name each, in two tables: what our own popup may, and
// what a script in a mail site may. The site's name comes from the browser, never from the page.
import * as browser from "../lib/browser.js";
import * as catalogue from "../lib/catalogue.js";
import * as health from "../lib/health.js";
import * as outbox from "../lib/outbox.js";
import * as pairing from "../lib/pairing.js";
import * as sending from "../lib/sending.js";
import * as server from "../lib/server.js";
import { siteOf } from "../sites/names.js";

const FOUND = 8;
const MOST_PEOPLE = 50; // the library takes no more for one link

export async function pairAndCatchUp() {
  const before = await browser.kept("pairing", await browser.kept("paired_last"));
  const held = await pairing.takeUpOffer();
  if (!held) return pairing.state();
  const isSame = before?.origin === held.origin && before?.member.email === held.member.email;
  // what one member sent is not told as another's, nor to another library
  if (before && !isSame) await outbox.empty();
  await browser.keep("paired_last", { origin: held.origin, member: held.member });
  outbox.hurry();
  health.tell();
  return pairing.state();
}

async function unpair() {
  await outbox.tell();
  await outbox.empty();
  await server.endDevice().catch(() => {}); // offline: the profile page lists it, and ends it too
  await pairing.unpair();
  return pairing.state();
}

async function everything() {
  const sites = Object.entries(await health.sites()).map(([name, { state, since }]) => [name, { state, since }]);
  return {
    ...(await pairing.state()),
    sites: Object.fromEntries(sites),
    waiting: await outbox.length(),
    lost: await outbox.lost(),
    is_offline: (await browser.kept("queue"))?.tries > 0,
  };
}

const OURS = {
  everything,
  offer: ({ origin, code }) => pairing.offer(origin, code),
  pair: pairAndCatchUp,
  unpair,
  retry: () => outbox.hurry(),
};

const OF_SITES = {
  async status({ site }) {
    const { state = "working" } = (await health.sites())[site] ?? {};
    const testing = await browser.testing();
    return { ...(await pairing.state()), site: state, opens_shadow: testing.opens_shadow === true };
  },
  facts: ({ site, facts }) => sending.facts(site, facts),
  intended: ({ site, id }) => health.intended(site, id),
  not_intended: ({ site, id }) => health.notIntended(site, id),
  file_picked: ({ file }) => sending.filePicked(file),
  marks: ({ addresses, files }) => sending.marksOf({ addresses, files }),
  deals: async ({ about }) => (await server.deals(about)).deals,
  recommend: async ({ deal }) => fitting((await server.recommend(deal, FOUND)), (one) => one.reasons.map(({ text, kind }) => ({ text, kind }))),
  search: async ({ words, preview }) => fitting(await server.search(words, { preview, limit: FOUND }), (one) => one.reasons.map((text) => ({ text, kind: "" }))),
  async link({ asset, recipients, deal, key }) {
    const asked = { assets: [asset], recipients: recipients.slice(0, MOST_PEOPLE), deal, for_each: recipients.length === 1 };
    const { links } = await server.links(asked, key);
    await sending.linksMade(links, deal);
    return links[0];
  },
};

async function fitting({ results, confident }, reasonsOf) {
  const lines = results.map(async (one) => ({
    asset: one.asset_id,
    title: one.title,
    can_send: await catalogue.canSend(one.asset_id),
    reasons: reasonsOf(one).slice(0, 3),
    passage: one.passage && !one.passage.is_notes ? one.passage.text.slice(0, 160) : null,
  }));
  return { results: await Promise.all(lines), confident };
}

export async function answer(told, who) {
  const site = siteOf(who.origin);
  const table = who.isOurs ? OURS : site ? OF_SITES : {};
  if (!Object.hasOwn(table, told?.name)) throw new Error("Nobody here answers that.");
  return table[told.name]({ ...told, site });
}
