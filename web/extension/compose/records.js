// Pages of a CRM: a button where a deal is shown; only a click asks anything, and what is asked
// with is the record's id in the page's address.
import { panelOf } from "../panel/panel.js";
import { make, mark, ownPart } from "../panel/make.js";

const LOOK_EVERY_MS = 1000; // these pages change their address without telling

export function startRecords(site, parts) {
  const panel = panelOf(site, parts);
  const { host, shadow } = ownPart("button", parts);
  const button = make("button", { class: "open", type: "button", "aria-expanded": "false", onclick: open }, mark(20), "What fits this deal");
  shadow.append(make("div", { class: "floating ours" }, button));
  let shown = null;

  function open() {
    const record = site.recordIn(location);
    panel.open({
      button,
      beside: null,
      recipients: () => [],
      about: () => ({ crm: site.name, record }),
      insert: null,
      back: () => button.focus(),
    });
  }

  function look() {
    const record = site.recordIn(location);
    if (record !== shown) panel.close();
    shown = record;
    if (record && !host.isConnected) document.documentElement.append(host);
    if (!record) host.remove();
  }
  look();
  setInterval(look, LOOK_EVERY_MS);
}
