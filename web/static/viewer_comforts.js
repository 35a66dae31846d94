// Comforts of reading: all pages at a glance, search inside, a larger page, the place one was at.
import { isElsewhere, sheetNow, turn } from "./viewer.js";

// --- pages and search ------------------------------------------------------
const dialog = document.querySelector("[data-pages]");
const opener = document.querySelector("[data-overview]");

async function show(address, { then = () => {} } = {}) {
  let overview;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    overview = page.getElementById("overview");
    if (!overview) throw new Error();
  } catch {
    location.href = address; // the plain page still works, or says why not
    return;
  }
  dialog.replaceChildren(head(), document.adoptNode(overview));
  if (!dialog.open) dialog.showModal();
  then();
}

function head() {
  const row = document.createElement("div");
  row.className = "pages-head";
  const title = document.createElement("h2");
  title.textContent = "Pages";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "tool";
  close.setAttribute("aria-label", "Close");
  close.textContent = "×";
  close.addEventListener("click", () => dialog.close());
  row.append(title, close);
  return row;
}

function overviewAddress() {
  const address = new URL(opener.href);
  address.searchParams.set("at", sheetNow().dataset.page);
  return address;
}

const open = (focus) => show(overviewAddress(), {
  then: () => (dialog.querySelector(focus) ?? dialog).focus(),
});

opener?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open("[aria-current]");
});

dialog?.addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = new FormData(event.target);
  const address = new URL(event.target.action);
  for (const [name, value] of typed) address.searchParams.set(name, value);
  show(address, { then: () => dialog.querySelector("#q").focus() });
});

dialog?.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close(); // the backdrop
  const chosen = event.target.closest("a");
  if (!chosen || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (chosen.dataset.page) {
    dialog.close();
    turn(chosen.href, { keepFocus: "page" });
  } else show(chosen.href);
});

document.addEventListener("keydown", (event) => {
  if (!opener || event.altKey || event.ctrlKey || event.metaKey || isElsewhere(event.target)) return;
  if (event.key === "p") open("[aria-current]");
  else if (event.key === "/") {
    event.preventDefault();
    open("#q");
  } else if (event.key === "+" || event.key === "-") enlarge(event.key === "+" ? 1 : -1);
});

// --- a larger page: by buttons and keys; on a phone two fingers do it -------
const SIZES = [1, 1.5, 2, 3];
let size = 0;

function enlarge(steps) {
  size = Math.min(Math.max(size + steps, 0), SIZES.length - 1);
  fit();
}

function fit() {
  const tools = sheetNow()?.querySelector("[data-zoom]");
  const picture = sheetNow()?.querySelector(".picture");
  if (!tools || !picture) return;
  tools.hidden = false;
  tools.querySelector("output").textContent = `${SIZES[size] * 100} %`;
  for (const tool of tools.querySelectorAll("[data-larger]")) {
    const at = size + Number(tool.dataset.larger);
    tool.disabled = at < 0 || at >= SIZES.length;
  }
  picture.classList.toggle("is-enlarged", size > 0);
  picture.style.setProperty("--larger", SIZES[size]);
  // what scrolls must be reachable without a pointer
  picture.tabIndex = size > 0 ? 0 : -1;
}

document.addEventListener("click", (event) => {
  const tool = event.target.closest?.("[data-larger]");
  if (tool) enlarge(Number(tool.dataset.larger));
});

// --- the place: kept in this browser alone, for this version ----------------
const place = `contentlib:${document.body.dataset.place}`;
const resume = document.querySelector("[data-resume]");

function remember() {
  try {
    localStorage.setItem(place, sheetNow().dataset.page);
  } catch {
    // a browser that keeps nothing
  }
}

function remembered() {
  try {
    return Number(localStorage.getItem(place)) || 1;
  } catch {
    return 1;
  }
}

function offerThePlace() {
  const before = remembered();
  const isTheLinkItself = /^\/s\/[^/]+\/?$/.test(location.pathname);
  if (!resume || !isTheLinkItself || before < 2) return;
  const last = Number(sheetNow().dataset.last.split("/").at(-1));
  if (before > last) return;
  resume.querySelector("[data-page]").textContent = before;
  const link = resume.querySelector("a");
  link.href = link.href.replace(/\/1$/, `/${before}`);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    resume.hidden = true;
    turn(link.href);
  });
  resume.querySelector("button").addEventListener("click", () => { resume.hidden = true; });
  resume.hidden = false;
}

offerThePlace();
fit();
document.addEventListener("turned", () => {
  if (resume) resume.hidden = true;
  fit();
  remember();
});
