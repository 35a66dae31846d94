// The badge of our button in the browser's bar: quiet, unless a person should do something.
import { kept, showBadge } from "../lib/browser.js";
import * as health from "../lib/health.js";
import * as outbox from "../lib/outbox.js";
import * as pairing from "../lib/pairing.js";
import { TITLES } from "../sites/names.js";

const NAME = "contentlib";
const [WARM, GREY] = ["#8a5a00", "#545e66"];

export async function refreshBadge() {
  await showBadge(await badge());
}

async function badge() {
  const { is_paired, needs_pairing_again } = await pairing.state();
  if (needs_pairing_again) return { text: "!", colour: WARM, title: `${NAME}: pair this browser again` };
  if (!is_paired) return { text: "", colour: GREY, title: `${NAME}: not paired yet` };
  const blind = Object.entries(await health.sites()).filter(([, { state }]) => state === "blind");
  if (blind.length) {
    const names = blind.map(([name]) => TITLES[name]).join(", ");
    return { text: "!", colour: WARM, title: `${NAME}: does not see what is sent in ${names}` };
  }
  const waiting = await outbox.length();
  if ((await kept("queue"))?.tries > 0 && waiting) {
    return { text: String(waiting), colour: GREY, title: `${NAME}: ${waiting} to be told when the library answers again` };
  }
  return { text: "", colour: GREY, title: NAME };
}
