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

function watchTheDay() {
  const expiry = document.getElementById("f-expiry");
  const day = document.querySelector("[data-only-for]");
  if (!expiry || !day) return;
  const show = () => { day.hidden = expiry.value !== day.dataset.onlyFor; };
  expiry.addEventListener("change", show);
  show();
}
watchTheDay();

form?.querySelector('[aria-invalid="true"]')?.focus();

const told = document.querySelector("[data-rules]");
function tellRules() {
  const rules = new FormData(form);
  const ends = { none: "never ends", date: rules.get("expires_on") ? `ends ${rules.get("expires_on")}` : "ends on a day" }[rules.get("expiry")];
  const downloads = { off: "may not be downloaded", watermarked: "is downloaded with a watermark" };
  told.textContent = [
    ends ?? `ends in ${rules.get("expiry")} days`,
    downloads[rules.get("download")] ?? "may be downloaded",
    rules.get("version") === "pinned" ? "stays at this version" : "shows the current version",
    rules.get("gate") || rules.get("allowed") ? "asks for an address" : "",
    rules.get("passcode") ? "asks for a passcode" : "",
    Number(rules.get("max_visits")) > 0 ? `at most ${rules.get("max_visits")} visits` : "",
  ].filter(Boolean).join(", ");
}
if (told) {
  form.addEventListener("change", tellRules);
  tellRules();
}

// a preset settles the rules and leaves what was typed besides
for (const preset of document.querySelectorAll("[data-preset]")) {
  preset.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(preset.href).catch(() => null);
    if (!answer?.ok) {
      location.assign(preset.href);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const settled = page.querySelector(".share-rules-fields");
    form.querySelector(".share-rules-fields").replaceWith(document.adoptNode(settled));
    watchTheDay();
    tellRules();
  });
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
