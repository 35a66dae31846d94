// All waiting, in one place. Tests shorten it through `testing.timing` in the local storage, which
// an extension installed from a store does not read (see `testing` in browser.js).
import { testing } from "./browser.js";

const RELEASED = Object.freeze({
  // Gmail takes a message back for at most 30 s: until then nobody is told that it was sent
  hold_ms: 35_000,
  // the catalogue is fetched anew once a day, which is the sign of life too
  beat_ms: 24 * 3_600_000,
  // a click on Send that no answer of the mail server followed within this is one we did not see
  intent_patience_ms: 60_000,
  back_off_first_ms: 5_000,
  back_off_longest_ms: 3_600_000,
});

export async function timing() {
  return { ...RELEASED, ...(await testing()).timing };
}

// For a script in a page: what follows is about hands and eyes, and is never shortened.
export const TYPING_PAUSE_MS = 180;
export const SETTLED_MS = 1000;
export const SCAN_PAUSE_MS = 500;
// Gmail refuses a mail without recipients by a dialog: the composer is then still there
export const COMPOSER_GONE_MS = 8000;
