// The panel: what fits the deal, or what is searched, and one way on - a tracked link into the
// composer, or copied where there is none.
import { done, keyFor } from "../lib/asked_once.js";
import { ask } from "../lib/browser.js";
import { SETTLED_MS, TYPING_PAUSE_MS } from "../lib/timing.js";
import { make, mark, ownPart } from "./make.js";
import { resultList } from "./results.js";
import { stateOf } from "./states.js";

// One of each page. `open({ about, recipients, insert, back, beside })`:
//   about() what deals are asked with, or null; recipients() who it is for; insert(link) null to copy;
//   back() where the focus returns; beside: the composer's root, or null.
export function panelOf(site, parts) {
  const { host, shadow } = ownPart("panel", parts);
  let subject = null;
  let opening = null; // which opening of the panel, and which question of it, an answer belongs to
  let asked = 0;
  let finding = Promise.resolve(); // the deals: who types at once does not lose them
  let pause = 0;
  let settling = 0;

  const title = make("h2", { id: "title" }, "Library");
  const deals = make("select", { class: "field", "aria-label": "Deal", onchange: () => fitting() });
  const dealRow = make("div", { class: "panel-deal", hidden: true }, deals);
  const box = make("input", {
    class: "field", type: "text", role: "combobox", placeholder: "Search the library", "aria-label": "Search the library", autocomplete: "off", spellcheck: "false",
    "aria-expanded": "true", "aria-controls": "results", "aria-autocomplete": "list", oninput: () => typed(),
  });
  const askRow = make("div", { class: "panel-ask" }, dealRow, box);
  const notice = make("p", { class: "notice notice-warm panel-notice", hidden: true });
  const says = make("p", { class: "panel-says", role: "status" });
  const state = make("div", { class: "panel-state", hidden: true });
  const results = resultList({ onChoice: choose, onAct: act, field: box });
  const forWhom = make("p", { class: "panel-for" });
  const main = make("button", { class: "button button-main", type: "button", onclick: () => act() });
  const linkRow = make("div", { class: "panel-link", hidden: true }, make("input", { class: "field", readonly: true, "aria-label": "Tracked link", onfocus: (event) => event.target.select() }));
  const foot = make("div", { class: "panel-foot" }, forWhom, linkRow, main);
  const closing = make("button", { class: "panel-close", type: "button", "aria-label": "Close", onclick: close }, "×");
  const panel = make(
    "section", { class: "panel ours", role: "dialog", "aria-labelledby": "title", onkeydown: keys },
    make("div", { class: "panel-head" }, mark(20), title, closing),
    askRow, make("div", { class: "panel-body" }, notice, state, says, results.list), foot,
  );
  shadow.append(panel);

  async function open(wanted) {
    if (host.isConnected && subject?.button === wanted.button) return close();
    close();
    subject = wanted;
    subject.button?.setAttribute("aria-expanded", "true");
    document.documentElement.append(host);
    standBeside(wanted.beside?.getBoundingClientRect());
    box.value = "";
    results.show([]);
    main.textContent = subject.insert ? "Insert tracked link" : "Copy tracked link";
    linkRow.hidden = true;
    box.focus();
    offerDeals([]);
    await begin();
    return undefined;
  }

  async function begin() {
    const mine = (opening = {});
    tell("Looking …");
    finding = findDeals(mine);
    try {
      if (await finding) await fitting();
    } catch (problem) {
      if (mine === opening) hinder(problem.code, problem.message);
    }
  }

  // True where the panel can be worked with.
  async function findDeals(mine) {
    const told = await ask("status");
    if (mine !== opening) return false;
    title.textContent = told.library ?? "Library";
    showBlind(told.site === "blind");
    hinder(told.is_paired ? null : told.needs_pairing_again ? "again" : "unpaired");
    if (!told.is_paired) return false;
    const about = subject.about();
    const found = about ? await ask("deals", { about }) : [];
    if (mine === opening) offerDeals(found);
    return mine === opening;
  }

  function offerDeals(found) {
    dealRow.hidden = !found.length;
    const named = found.map((deal) => make("option", { value: deal.id }, `${deal.name} · ${deal.account}`));
    deals.replaceChildren(...named, make("option", { value: "" }, "No deal"));
  }

  // What fits the chosen deal: shown while nothing is typed.
  async function fitting() {
    if (box.value.trim()) return;
    const mine = (asked += 1);
    if (!deals.value) {
      results.show([]);
      tell(subject.recipients().length ? "No deal known for these people. Search the library instead." : "Search the library for what to send.");
      return;
    }
    await answered(mine, () => ask("recommend", { deal: deals.value }), { fit: "Fits this deal", unfit: "Nothing here fits this deal; these are the nearest." });
  }

  function typed() {
    clearTimeout(pause);
    clearTimeout(settling);
    pause = setTimeout(() => (box.value.trim() ? search() : fitting()), TYPING_PAUSE_MS);
  }

  async function search() {
    const mine = (asked += 1);
    const words = box.value.trim();
    await answered(mine, () => ask("search", { words, preview: true }), { fit: "", unfit: "Nothing here fits; these are the nearest.", empty: `Nothing found for “${words}”.` });
    // left unchanged for so long it was meant, and counts as a search
    if (mine === asked) settling = setTimeout(() => settle(words), SETTLED_MS);
  }

  function settle(words) {
    clearTimeout(settling);
    if (words && words === box.value.trim()) ask("search", { words, preview: false }).catch(() => {});
  }

  async function answered(mine, question, { fit, unfit, empty = "Nothing yet." }) {
    results.wait();
    try {
      const found = await question();
      if (mine !== asked) return;
      hinder(null);
      results.show(found.results);
      tell(found.results.length ? (found.confident ? fit : unfit) : empty, !found.confident && found.results.length > 0);
    } catch (problem) {
      if (mine === asked) hinder(problem.code, problem.message);
    }
  }

  function choose(line) {
    main.disabled = !line || line.can_send === false;
    const people = subject?.recipients() ?? [];
    forWhom.textContent = !line ? "" : people.length === 1 ? `A link for ${people[0]}` : people.length ? `One link for ${people.length} people` : "";
    forWhom.hidden = !forWhom.textContent;
  }

  async function act() {
    const line = results.chosen();
    if (!line || line.can_send === false || main.disabled) return;
    const doing = subject;
    main.disabled = true;
    if (box.value.trim()) settle(box.value.trim());
    try {
      await finding.catch(() => {});
      const wanted = { asset: line.asset, recipients: doing.recipients(), deal: deals.value || null };
      const link = await ask("link", { ...wanted, key: keyFor(line, wanted) });
      done(line);
      if (doing.insert) {
        close();
        doing.insert({ title: line.title, address: link.address });
      } else {
        await copy(link.address);
      }
    } catch (problem) {
      tell(problem.message, true);
    } finally {
      main.disabled = false;
    }
  }

  async function copy(address) {
    const copied = await navigator.clipboard.writeText(address).then(() => true, () => false);
    linkRow.hidden = false;
    linkRow.firstChild.value = address;
    tell(copied ? "Copied. Paste it where it is needed." : "Copy the link below.");
    if (!copied) linkRow.firstChild.focus();
  }

  function keys(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.target === box) {
      results.keys(event);
    }
  }

  function tell(sentence, isWarm = false) {
    says.textContent = sentence;
    says.hidden = !sentence;
    says.classList.toggle("is-unfit", isWarm);
  }

  function showBlind(isBlind) {
    notice.hidden = !isBlind;
    notice.textContent = `Whether a mail left ${site.title} is not seen at the moment. Links work as ever.`;
  }

  // What is in the way: not paired, offline, …; null where nothing is.
  function hinder(code, message) {
    askRow.hidden = foot.hidden = ["unpaired", "again", "gone"].includes(code);
    results.list.hidden = code !== null;
    if (code !== null) tell("");
    state.hidden = code === null;
    if (askRow.hidden) closing.focus(); // Escape is heard where the focus is
    state.replaceChildren(...(code === null ? [] : stateOf(code, message, () => (box.value.trim() ? search() : begin()))));
  }

  // Left of the composer where there is room, else right of it; over all of a narrow window.
  function standBeside(around) {
    const width = 368;
    const right = !around ? 16 : around.left > width + 24 ? innerWidth - around.left + 12 : Math.max(12, innerWidth - around.right - width - 12);
    panel.style.right = `${Math.min(right, Math.max(12, innerWidth - width - 12))}px`;
  }

  function close() {
    opening = null;
    asked += 1;
    clearTimeout(pause);
    clearTimeout(settling);
    if (!host.isConnected) return;
    host.remove();
    subject?.button?.setAttribute("aria-expanded", "false");
    subject?.back?.();
  }

  return { open, close };
}
