// The share dialog: copies the new link at once, finds deals, shows the day only where asked.
import { post } from "./app.js";

document.documentElement.classList.add("has-script");

const form = document.getElementById("share");

form?.addEventListener("submit", async (event) => {
  if (!event.submitter?.hasAttribute("data-copies") || !navigator.clipboard) return;
  event.preventDefault();
  event.submitter.disabled = true;
  const made = post(form.action, new FormData(form, event.submitter));
  const text = made.then((told) => new Blob([told.address], { type: "text/plain" }));
  let copied = true;
  try {
    // Safari lets a page copy only what is handed over within the click itself
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
  } catch {
    copied = false;
  }
  try {
    const told = await made;
    if (!copied) copied = await navigator.clipboard.writeText(told.address).then(() => true, () => false);
    location.assign(`${told.page}${copied ? "#copied" : ""}`);
  } catch (problem) {
    event.submitter.disabled = false;
    complain(problem.message);
  }
});

function complain(sentence) {
  let notice = document.querySelector("[data-complaint]");
  if (!notice) {
    notice = document.createElement("p");
    notice.className = "notice notice-wrong";
    notice.setAttribute("role", "alert");
    notice.dataset.complaint = "";
    form.before(notice);
  }
  notice.textContent = sentence;
  notice.scrollIntoView({ block: "nearest" });
}

const expiry = document.getElementById("f-expiry");
const day = document.querySelector("[data-only-for]");
function showDay() {
  day.hidden = expiry.value !== day.dataset.onlyFor;
}
if (expiry && day) {
  expiry.addEventListener("change", showDay);
  showDay();
}

const told = document.querySelector("[data-rules]");
function tellRules() {
  const rules = new FormData(form);
  const ends = { none: "never ends", date: `ends ${rules.get("expires_on")}` }[rules.get("expiry")];
  told.textContent = [
    ends ?? `ends in ${rules.get("expiry")} days`,
    rules.get("download") === "no" ? "may not be downloaded" : "may be downloaded",
    rules.get("version") === "pinned" ? "stays at this version" : "shows the current version",
  ].join(", ");
}
if (told) {
  form.addEventListener("change", tellRules);
  tellRules();
}

const finder = document.querySelector("[data-deal-finder]");
let asked = 0;
finder?.addEventListener("input", async () => {
  const mine = (asked += 1);
  await new Promise((rest) => { setTimeout(rest, 150); });
  if (mine !== asked) return;
  const query = new URLSearchParams({ q: finder.value });
  const answer = await fetch(`${finder.dataset.dealFinder}?${query}`, { headers: { Accept: "application/json" } });
  if (!answer.ok || mine !== asked) return;
  const { deals } = await answer.json();
  const select = document.getElementById("f-opportunity");
  select.replaceChildren(
    new Option("No deal", ""),
    ...deals.map((deal) => new Option(`${deal.name} (${deal.account})`, deal.id)),
  );
  if (finder.value && deals.length === 1) select.value = deals[0].id;
});

const address = document.querySelector("[data-address]");
address?.addEventListener("focus", () => address.select());
if (address?.hasAttribute("data-select")) address.select();
if (location.hash === "#copied") {
  const said = document.querySelector("[data-copied]");
  if (said) said.hidden = false;
}
