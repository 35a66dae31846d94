// Somebody means to send: a click on Send, or the keys for it. Heard before the page hears it,
// since the page may take the composer away at once.
import { COMPOSER_GONE_MS } from "../lib/timing.js";

// `meant(composer, id)` at once; `notSent(composer, id)` where the composer is still there later.
export function watchIntents(composers, site, { meant, notSent }) {
  function heard(composer) {
    if (!composer || (composer.meant_at && Date.now() - composer.meant_at < 500)) return;
    composer.meant_at = Date.now();
    const id = crypto.randomUUID();
    meant(composer, id);
    setTimeout(() => { if (composer.isThere() && isShown(composer.editor)) notSent(composer, id); }, COMPOSER_GONE_MS);
  }

  addEventListener("click", (event) => {
    const composer = composers.of(event.target);
    if (composer && site.sendOf(composer.root)?.contains(event.target)) heard(composer);
  }, true);

  addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    const composer = composers.of(event.target);
    if (!composer) return;
    if (event.ctrlKey || event.metaKey) heard(composer);
    else if (site.sendsByEnter && !event.shiftKey && composer.editor.contains(event.target)) heard(composer);
    // Send itself, reached by Tab
    else if (site.sendOf(composer.root)?.contains(event.target)) heard(composer);
  }, true);
}

const isShown = (node) => node.getClientRects().length > 0;
