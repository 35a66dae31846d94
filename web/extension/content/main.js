// Starts what a page of a known site needs. Loaded by content/start.js.
import { addressOf, ask } from "../lib/browser.js";
import { hubspot, salesforce } from "../sites/crm.js";
import { gmail } from "../sites/gmail.js";
import { linkedin } from "../sites/linkedin.js";
import { siteOf } from "../sites/names.js";
import { outlook } from "../sites/outlook.js";

const COMPOSING = { gmail, outlook, linkedin };
const RECORDS = { salesforce, hubspot };

// `listen(handle)`: hands over each request that the observer in the page saw.
export async function start(listen) {
  const name = siteOf(location.origin);
  const site = COMPOSING[name];
  if (site?.factsOf) {
    listen((seen) => {
      const facts = site.factsOf(seen);
      if (facts.length) ask("facts", { facts }).catch(() => {});
    });
  }
  // a frame within the page has requests to see, and nothing to show: the rest is not even loaded
  if (window.top !== window) return;
  const told = await ask("status");
  const parts = {
    sheets: [addressOf("look.css"), addressOf("panel/panel.css")],
    opensShadow: told.opens_shadow,
    ownAddress: told.member?.email ?? null,
  };
  if (document.readyState === "loading") await new Promise((ready) => { addEventListener("DOMContentLoaded", ready, { once: true }); });
  if (site) (await import("../compose/composing.js")).startComposing(site, parts);
  else if (RECORDS[name]) (await import("../compose/records.js")).startRecords(RECORDS[name], parts);
}
