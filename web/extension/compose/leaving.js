// Our material leaving a composer where the mail server's word is not seen, or not surely: that is
// told as probable. Outlook may still confirm it (then the probable one is withdrawn); LinkedIn
// never does: there it has left when the composer is empty after Send.
import { ask } from "../lib/browser.js";
import { peopleOf } from "./people.js";
import { addressesOf } from "./written.js";

const EMPTIED_MS = 4000;
const LOOK_EVERY_MS = 100;

export function watchLeaving(site, parts) {
  const tell = (facts) => ask("facts", { facts }).catch(() => {});

  function factOf(composer, id, recipients, addresses) {
    const now = Date.now();
    return { kind: "probably_sent", message: id, recipients, addresses, files: [...composer.files], started: now, answered: now };
  }

  if (site.sees_facts) return site.name === "outlook" ? withConfirmation() : { meant() {}, notSent() {} };
  return withEmptying();

  function withConfirmation() {
    return {
      meant(composer, id) {
        const fact = factOf(composer, id, peopleOf(composer, { without: parts.ownAddress }), addressesOf(composer.editor));
        tell([{ ...fact, awaits_confirmation: true }]);
      },
      notSent(_, id) {
        tell([{ kind: "draft", message: id, started: Date.now() }]);
      },
    };
  }

  function withEmptying() {
    return {
      meant(composer, id) {
        const addresses = addressesOf(composer.editor);
        if (!addresses.length && !composer.files.length) return;
        const fact = factOf(composer, id, [], addresses);
        const until = Date.now() + EMPTIED_MS;
        const look = setInterval(() => {
          const still = composer.isThere() ? addressesOf(composer.editor) : [];
          const isGone = !addresses.some((address) => still.includes(address));
          if (isGone) {
            tell([{ ...fact, is_final: true }]);
            composer.files = [];
          }
          if (isGone || Date.now() > until) clearInterval(look);
        }, LOOK_EVERY_MS);
      },
      notSent() {},
    };
  }
}
