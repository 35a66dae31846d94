// The popup: pairs and unpairs, and says what is seen and what waits.
import { ask, askToReach } from "../lib/browser.js";
import { originOf } from "../lib/pairing.js";
import { make, mark } from "../panel/make.js";
import { TITLES } from "../sites/names.js";

const part = (id) => document.getElementById(id);
const form = part("pair");
const REFRESH_MS = 2000;

const PROBLEMS = {
  refused: "That code is not right, or not any more. Ask the library for another one.",
  offline: "The library cannot be reached at this address.",
  slow_down: "Too many tries. Wait a minute, then take a new code.",
};

const inWords = ({ code, message }) => PROBLEMS[code] ?? message;

async function show() {
  const told = await ask("everything");
  form.hidden = told.is_paired;
  part("paired").hidden = part("host").hidden = !told.origin;
  part("title").textContent = told.library ?? "contentlib";
  if (!form.hidden && told.origin && !form.elements.address.value) form.elements.address.value = told.origin;
  if (!form.hidden && told.problem && part("problem").hidden) complain(inWords(told.problem));
  part("pair-lead").hidden = told.needs_pairing_again;
  part("again").hidden = !told.needs_pairing_again;
  part("again").textContent = "The library does not know this browser any more. Pair it again: ask the library for a code. What you sent meanwhile is kept, and told then.";
  if (!told.origin) return;
  part("host").textContent = new URL(told.origin).host;
  part("member").textContent = told.member.name;
  part("email").textContent = told.member.email;
  part("sites").replaceChildren(...Object.keys(TITLES).map((name) => siteRow(name, told.sites[name])));
  const { waiting, lost } = told;
  part("waiting").textContent = [
    waiting ? `${waiting} ${waiting === 1 ? "mail waits" : "mails wait"} to be told${told.is_offline ? ": the library does not answer" : ""}.` : "",
    lost ? `${lost} could not be kept.` : "",
  ].filter(Boolean).join(" ");
  part("retry").hidden = !(waiting && told.is_offline && told.is_paired);
}

const WORDS = {
  working: "working",
  blind: "sends not seen",
  links: "links only; sends are guesses",
  copies: "links to copy",
};

function siteRow(name, site) {
  const kind = { linkedin: "links", salesforce: "copies", hubspot: "copies" }[name];
  const state = kind ?? site?.state ?? "unused";
  const since = site?.state === "blind" ? ` since ${new Date(site.since).toLocaleDateString(undefined, { day: "numeric", month: "short" })}` : "";
  return make("li", {}, make("span", {}, TITLES[name]), make("span", { class: `state state-${state}` }, `${WORDS[state] ?? "not used yet"}${since}`));
}

function complain(sentence) {
  part("problem").textContent = sentence;
  part("problem").hidden = !sentence;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  complain("");
  let origin;
  try {
    origin = originOf(form.elements.address.value);
  } catch {
    complain("That is no web address. It looks like library.example.");
    form.elements.address.focus();
    return;
  }
  const code = form.elements.code.value.trim().toUpperCase();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    // both are begun within the click: the browser asks its question only then
    const offered = ask("offer", { origin, code });
    const may = await askToReach(origin);
    await offered;
    if (!may) {
      complain("Without that permission this browser cannot reach the library.");
      return;
    }
    const { is_paired, problem } = await ask("pair");
    if (!is_paired) throw problem ?? new Error("That did not work. Try again.");
    form.reset();
    await show();
    part("unpair").focus();
  } catch (problem) {
    complain(inWords(problem));
    form.elements.code.focus();
  } finally {
    button.disabled = false;
  }
});

part("unpair").addEventListener("click", async () => {
  await ask("unpair");
  await show();
  form.elements.address.focus();
});

part("retry").addEventListener("click", async () => {
  await ask("retry");
  await show();
});

part("mark").append(mark(28));
await show();
setInterval(() => show().catch(() => {}), REFRESH_MS);
