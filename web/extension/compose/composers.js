// The composers of a page, found and kept up with: a webmail draws its parts anew whenever it
// likes, opens several at once, and throws them away without a word.
const LOOK_PAUSE_MS = 150;

// Calls `opened(composer)` once for each; a composer is { site, root, editor, files, isThere() },
// and `gone` is a signal for what was put beside it.
export function watchComposers(site, opened) {
  const known = new Map(); // editor -> composer
  let planned = 0;

  function look() {
    planned = 0;
    for (const editor of document.querySelectorAll(site.editors)) {
      if (known.has(editor)) continue;
      const root = site.rootOf(editor);
      if (!root) continue;
      const leaving = new AbortController();
      const composer = { site, root, editor, files: [], isThere: () => editor.isConnected, leaving, gone: leaving.signal };
      known.set(editor, composer);
      opened(composer);
    }
    for (const [editor, composer] of known) {
      if (!editor.isConnected) {
        known.delete(editor);
        composer.leaving.abort();
        continue;
      }
      // drawn anew around the same editor
      if (!composer.root.contains(editor) || !site.sendOf(composer.root)) composer.root = site.rootOf(editor) ?? composer.root;
      composer.refresh?.();
    }
  }

  const watch = new MutationObserver(() => { planned ||= setTimeout(look, LOOK_PAUSE_MS); });
  watch.observe(document, { childList: true, subtree: true });
  look();

  const all = () => [...known.values()].filter((composer) => composer.isThere());
  return {
    all,
    // of a node in its editor, its bar, or anywhere within it; the innermost where they are nested
    of(node) {
      const around = all().filter(({ root }) => root.contains(node));
      return around.find(({ editor }) => editor.contains(node)) ?? around.sort((a, b) => (a.root.contains(b.root) ? 1 : -1))[0] ?? null;
    },
  };
}
