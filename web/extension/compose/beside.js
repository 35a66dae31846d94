// What stands beside Send: our button, and a quiet mark where something of the library is about to
// leave untracked, outdated, or although it is internal. Nothing here ever keeps a mail back.
import { keyFor } from "../lib/asked_once.js";
import { ask } from "../lib/browser.js";
import { SCAN_PAUSE_MS } from "../lib/timing.js";
import { make, mark, ownPart } from "../panel/make.js";
import { swapLink } from "./insertion.js";
import { peopleOf } from "./people.js";
import { addressesOf } from "./written.js";

// `parts`: { sheets, opensShadow }; `openPanel(composer, button)`.
export function placeBeside(composer, parts, { openPanel, insert }) {
  const { host, shadow } = ownPart("button", parts);
  const button = make("button", { class: "open", type: "button", title: "Share from the library", "aria-label": "Share from the library", "aria-expanded": "false" }, mark(20));
  const tell = make("button", { class: "tell", type: "button", hidden: true, "aria-expanded": "false" });
  const said = make("span", { class: "visually-hidden", role: "status" });
  const place = make("div", { class: "beside ours" }, button, tell, said);
  shadow.append(place);
  let popover = null;
  let looking = 0;
  let marks = [];

  button.addEventListener("click", () => openPanel(composer, button));
  tell.addEventListener("click", () => (popover ? close() : open()));
  addEventListener("pointerdown", (event) => { if (popover && event.target !== host) close(); }, { capture: true, signal: composer.gone });
  // a mail that is taken back brings the same composer again
  composer.gone.addEventListener("abort", () => host.remove());

  // drawn anew, the site's bar has lost us
  function stand() {
    if (!host.isConnected || !composer.root.contains(host)) composer.site.place(composer.root, host);
  }

  async function look() {
    looking = 0;
    if (!composer.isThere()) return;
    const addresses = addressesOf(composer.editor);
    if (!addresses.length && !composer.files.length) return show([]);
    show(await ask("marks", { addresses, files: composer.files }).catch(() => []));
  }
  const lookSoon = () => { looking ||= setTimeout(look, SCAN_PAUSE_MS); };
  composer.editor.addEventListener("input", lookSoon);
  composer.lookSoon = lookSoon;
  composer.refresh = stand;

  function show(found) {
    marks = found;
    tell.hidden = !marks.length;
    if (!marks.length) return close();
    const words = marks.length === 1 ? shortly(marks[0]) : `${marks.length} to look at`;
    tell.replaceChildren(make("span", {}, words));
    said.textContent = words;
    if (popover) open();
    return undefined;
  }

  function open() {
    close();
    const heading = make("h3", {}, "Before this leaves");
    popover = make("div", { class: "popover ours", role: "dialog", "aria-label": "Before this leaves" }, heading, make("ul", {}, ...marks.map(line)));
    popover.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
      tell.focus();
    });
    shadow.append(popover);
    tell.setAttribute("aria-expanded", "true");
    const { left, top } = tell.getBoundingClientRect();
    popover.style.left = `${Math.max(12, Math.min(left, innerWidth - 340))}px`;
    popover.style.bottom = `${Math.max(12, innerHeight - top + 8)}px`;
    popover.querySelector("button")?.focus();
  }

  function close() {
    popover?.remove();
    popover = null;
    tell.setAttribute("aria-expanded", "false");
  }

  function line(one) {
    const told = make("p", {}, fully(one));
    if (!one.can_send) return make("li", {}, told);
    const words = one.file ? "Insert a tracked link as well" : "Swap for a tracked link";
    return make("li", {}, told, make("button", { class: "button", type: "button", onclick: (event) => swap(one, event.target, told) }, words));
  }

  async function swap(one, pressed, told) {
    pressed.disabled = true;
    try {
      const recipients = peopleOf(composer, { without: parts.ownAddress });
      const wanted = { asset: one.asset, recipients, deal: null };
      const link = await ask("link", { ...wanted, key: keyFor(one, wanted) });
      if (one.file) insert(composer, { title: one.title, address: link.address });
      else swapLink(composer.editor, one.address, link.address, composer.site);
      if (one.file) composer.files = composer.files.filter(({ name }) => name !== one.file);
      close();
      await look();
    } catch (problem) {
      pressed.disabled = false;
      told.textContent = problem.message;
    }
  }

  stand();
  lookSoon();
}

const isOld = ({ file, version, current }) => file && current !== null && version < current;

function shortly(one) {
  if (!one.can_send) return "Internal only";
  if (isOld(one)) return `v${one.version}; v${one.current} is current`;
  return one.file ? "Attached untracked" : "Untracked link";
}

function fully(one) {
  const what = `“${one.title}”`;
  if (!one.can_send) return `${what} is internal: it is not meant to leave the house.`;
  if (isOld(one)) return `${one.file} is version ${one.version} of ${what}; version ${one.current} is current. A tracked link always shows the current one.`;
  if (one.file) return `${one.file} is ${what} of the library. As a tracked link you would see whether it is read.`;
  if (one.page === null) return `Only colleagues can open this address of ${what}.`;
  return `This address is ${what} of the library. As a tracked link you would see whether it is read.`;
}
