// Results while typing. Without this script the form submits and the same list comes as a page.
import { post } from "./app.js";
import { dress } from "./lists.js";

const PAUSE_MS = 20; // keys struck together are one question
const PATIENCE_MS = 120; // how long an answer that nobody wants any more may hold up the next
const KEPT_MS = 250; // browsers refuse an address that is changed with every key
const SETTLED_MS = 1000; // a request left unchanged for so long was meant
const SLOW_MS = 400; // only then is waiting shown

const form = document.querySelector("[data-find]");
const box = form.elements.q;
const answer = document.getElementById("answer");
const told = document.getElementById("told");

let pause = 0;
let keeping = 0;
let settling = 0;
let slow = 0;
let asked = String(question());
let asking = null;
let isOutdated = false;

function question() {
  const said = new URLSearchParams(new FormData(form));
  said.set("q", box.value.trim());
  return said;
}

// One question is on its way at a time: a key struck meanwhile makes its answer outdated, which is
// then not shown, and the next leaves as soon as it is back. Giving a request up would close the
// connection while the server works on all the same, so that is left for an answer that is late.
function typed() {
  clearTimeout(pause);
  clearTimeout(settling);
  const isNews = String(question()) !== asked;
  isOutdated = isNews && asking !== null;
  if (isNews) pause = setTimeout(ask, asking ? PATIENCE_MS : PAUSE_MS);
  else if (!asking) wait();
}

// Whether what was asked for is what is shown.
async function ask(address) {
  clearTimeout(pause);
  clearTimeout(settling);
  asking?.abort();
  isOutdated = false;
  asked = String(question());
  const mine = (asking = new AbortController());
  const url = new URL(address ?? `${form.action}?${asked}`, location.href);
  url.searchParams.set("fragment", "1");
  slow ||= setTimeout(showWaiting, SLOW_MS);
  try {
    const came = await fetch(url, { signal: mine.signal, headers: { Accept: "text/html" } });
    const part = await came.text();
    if (mine.signal.aborted) return false;
    asking = null;
    if (isOutdated) {
      ask();
      return false;
    }
    if (came.redirected || !(came.ok || came.status === 503)) {
      url.searchParams.delete("fragment");
      location.assign(url);
      return false;
    }
    show(part);
    return true;
  } catch (error) {
    if (error.name === "AbortError") return false;
    asking = null;
    asked = "";
    endWaiting();
    told.textContent = "The library cannot be reached. Check the connection and try again.";
    answer.classList.add("is-lost");
    return false;
  }
}

function showWaiting() {
  answer.classList.add("is-waiting");
  told.textContent = "Searching …";
}

function endWaiting() {
  clearTimeout(slow);
  slow = 0;
  answer.classList.remove("is-waiting");
}

function show(part) {
  const focused = document.activeElement?.id;
  const wasOpen = answer.querySelector("[data-filters]")?.open ?? false;
  const groups = new Map([...answer.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
  endWaiting();
  answer.classList.remove("is-lost");
  answer.innerHTML = part;
  const filters = answer.querySelector("[data-filters]");
  if (filters) filters.open = wasOpen;
  for (const group of answer.querySelectorAll("details[id]")) {
    group.open = groups.get(group.id) ?? group.open;
  }
  if (focused && answer.querySelector(`#${CSS.escape(focused)}`)) {
    document.getElementById(focused).focus({ preventScroll: true });
  }
  dress();
  told.textContent = answer.firstElementChild?.dataset.told ?? "";
  clearTimeout(keeping);
  keeping = setTimeout(keepAddress, KEPT_MS);
  document.title = `${box.value.trim() || "Search"} · contentlib`;
  wait();
}

function keepAddress() {
  clearTimeout(keeping);
  const address = answer.firstElementChild?.dataset.address;
  if (address) history.replaceState(null, "", address);
}

function wait() {
  clearTimeout(settling);
  settling = setTimeout(settle, SETTLED_MS);
  const again = Number(answer.firstElementChild?.dataset.again);
  if (again) pause = setTimeout(ask, again);
}

function settle() {
  clearTimeout(settling);
  keepAddress();
  const holder = answer.querySelector("[data-receipt]");
  if (!holder) return;
  const { receipt } = holder.dataset;
  delete holder.dataset.receipt;
  // told once; should it get lost, a search is missing in a report and nothing else
  post(form.dataset.settled, { receipt }, { keepalive: true }).catch(() => {});
}

box.addEventListener("input", typed);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await ask()) settle();
});

document.addEventListener("change", (event) => {
  if (event.target.form === form && event.target !== box) ask();
});

answer.addEventListener("click", (event) => {
  if (event.target.closest("a.result-link, .result-picture, .result-actions a")) settle();
  const more = event.target.closest("[data-more]");
  if (more) {
    event.preventDefault();
    ask(more.href).then((isShown) => isShown && settle());
  }
});

document.addEventListener("keydown", (event) => {
  const links = [...answer.querySelectorAll(".result-link")];
  const here = links.indexOf(document.activeElement);
  if (event.key === "ArrowDown" && (document.activeElement === box || here >= 0)) {
    const next = links[here + 1];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  } else if (event.key === "ArrowUp" && here >= 0) {
    event.preventDefault();
    (links[here - 1] ?? box).focus();
  } else if (event.key === "Escape" && here >= 0) {
    box.focus();
  }
});

wait();
