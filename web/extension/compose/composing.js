// Puts together what a site with composers needs: the button, the panel, the mark, and what is
// heard of sending.
import { ask } from "../lib/browser.js";
import { panelOf } from "../panel/panel.js";
import { placeBeside } from "./beside.js";
import { watchComposers } from "./composers.js";
import { watchFiles } from "./files.js";
import { insertLink, rememberCarets, toCaret } from "./insertion.js";
import { watchIntents } from "./intents.js";
import { watchLeaving } from "./leaving.js";
import { peopleOf } from "./people.js";

const MOST_PEOPLE = 50; // the library takes no more in one question

const quietly = (asked) => asked.catch(() => {}); // a page outlives an extension that is updated

export function startComposing(site, parts) {
  const panel = panelOf(site, parts);
  const composers = watchComposers(site, (composer) => placeBeside(composer, parts, { openPanel, insert }));
  rememberCarets((node) => composers.of(node)?.editor ?? null);

  function openPanel(composer, button) {
    const recipients = () => peopleOf(composer, { without: parts.ownAddress });
    panel.open({
      button,
      beside: composer.root,
      recipients,
      about: () => (recipients().length ? { recipients: recipients().slice(0, MOST_PEOPLE) } : null),
      insert: (link) => insert(composer, link),
      back: () => toCaret(composer.editor),
    });
  }

  function insert(composer, link) {
    insertLink(composer.editor, link, site);
    composer.lookSoon();
  }

  watchFiles(composers, (composer, file) => {
    quietly(ask("file_picked", { file }));
    if (!composer) return;
    composer.files.push(file);
    composer.lookSoon();
  });

  const leaving = watchLeaving(site, parts);
  watchIntents(composers, site, {
    meant(composer, id) {
      if (site.sees_facts) quietly(ask("intended", { id }));
      leaving.meant(composer, id);
    },
    notSent(composer, id) {
      if (site.sees_facts) quietly(ask("not_intended", { id }));
      leaving.notSent(composer, id);
    },
  });
}
