// Turning pages in place, and telling how long each was really looked at.
export const sheetNow = () => document.getElementById("sheet");

// --- attention -------------------------------------------------------------
// A page is looked at while the document is visible, has the focus, and was touched within
// the last minute. Loading it counts as a touch: whoever reads one page on a phone without
// moving a finger is a reader for that minute.
const IDLE_AFTER_MS = 60_000;
const TICK_MS = 250;
const BEAT_EVERY_MS = 10_000;
const CONFIRMED_MS = 1_000;

const attention = new Map();
const acknowledged = new Map();
let pageNow = Number(sheetNow()?.dataset.page ?? 1);
let lastTouch = performance.now();
let lastTick = performance.now();
let wasLookedAt = false;
let lastBeat = 0;
let ordinal = 0;
let touched = false;
let inFlight = false;

const isLookedAt = () =>
  document.visibilityState === "visible" &&
  document.hasFocus() &&
  performance.now() - lastTouch < IDLE_AFTER_MS;

function count() {
  const now = performance.now();
  const looked = isLookedAt();
  if (looked && wasLookedAt) {
    // a timer that was put to sleep must not credit the sleep
    const passed = Math.min(now - lastTick, 4 * TICK_MS);
    attention.set(pageNow, (attention.get(pageNow) ?? 0) + passed);
  }
  wasLookedAt = looked;
  lastTick = now;
}

function news() {
  const pages = {};
  for (const [page, ms] of attention) {
    const told = acknowledged.get(page) ?? 0;
    if (ms >= CONFIRMED_MS && Math.floor(ms) > told) pages[page] = Math.floor(ms);
  }
  return pages;
}

function beatOf(pages) {
  ordinal += 1;
  return JSON.stringify({
    token: document.body.dataset.view,
    ordinal,
    pages,
    input: touched,
    signals: { webdriver: navigator.webdriver === true },
  });
}

async function beat() {
  const pages = news();
  if (inFlight || Object.keys(pages).length === 0) return;
  inFlight = true;
  lastBeat = performance.now();
  try {
    const answer = await fetch(document.body.dataset.beat, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      credentials: "same-origin",
      body: beatOf(pages),
    });
    if (answer.ok) for (const [page, ms] of Object.entries(pages)) acknowledged.set(Number(page), ms);
  } catch {
    // cumulative: the next beat says it again
  } finally {
    inFlight = false;
  }
}

function lastWords() {
  count();
  const pages = news();
  if (Object.keys(pages).length === 0) return;
  const words = new Blob([beatOf(pages)], { type: "application/json" });
  // what a beacon carries is taken as told: the page may come back, and would tell it twice
  if (navigator.sendBeacon(document.body.dataset.beat, words)) {
    for (const [page, ms] of Object.entries(pages)) acknowledged.set(Number(page), ms);
  }
}

function tick() {
  count();
  const confirmedNow = !acknowledged.has(pageNow) && (attention.get(pageNow) ?? 0) >= CONFIRMED_MS;
  const isDue = performance.now() - lastBeat >= (confirmedNow ? CONFIRMED_MS : BEAT_EVERY_MS);
  if (isDue) beat();
}

function watch() {
  if (!document.body.dataset.beat) return;
  lastTouch = lastTick = performance.now();
  lastBeat = -BEAT_EVERY_MS;
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "touchmove"]) {
    addEventListener(kind, (event) => {
      lastTouch = performance.now();
      if (event.isTrusted) touched = true;
    }, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") lastWords();
    else {
      lastTouch = performance.now();
      count();
    }
  });
  addEventListener("pagehide", lastWords);
  setInterval(tick, TICK_MS);
}

// --- turning pages ---------------------------------------------------------
const link = (rel) => sheetNow()?.querySelector(`a[rel="${rel}"]`);

function fetchAhead() {
  const next = link("next")?.dataset;
  for (const picture of [next?.image, next?.imageAfter]) if (picture) new Image().src = picture;
}

let turning = null;

// Tells `turned` on the document once the new page stands.
export async function turn(address, { keepFocus = null, remember = true } = {}) {
  count();
  beat();
  const ours = (turning = {});
  sheetNow().classList.add("is-turning");
  let fresh;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error();
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("sheet");
    if (!fresh) throw new Error();
  } catch {
    location.href = address; // the plain way still works, or says why not
    return;
  }
  if (turning !== ours) return;
  count();
  const old = sheetNow();
  const textWasShown = old.querySelector("[data-as-text]")?.checked;
  old.replaceWith(document.adoptNode(fresh));
  pageNow = Number(fresh.dataset.page);
  const asText = fresh.querySelector("[data-as-text]");
  if (asText && textWasShown) asText.checked = true;
  if (remember) history.replaceState(null, "", address);
  if (fresh.getBoundingClientRect().top < 0) fresh.scrollIntoView({ block: "start" });
  if (keepFocus) (link(keepFocus) ?? fresh).focus({ preventScroll: true });
  fetchAhead();
  document.dispatchEvent(new Event("turned"));
}

function step(rel, options) {
  const target = link(rel);
  if (target) turn(target.href, options);
}

document.addEventListener("click", (event) => {
  const target = event.target.closest?.('#sheet a[rel="next"], #sheet a[rel="prev"]');
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  turn(target.href, { keepFocus: target.rel });
});

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (isElsewhere(event.target)) return;
  if (event.key === "ArrowRight" || event.key === "PageDown") step("next");
  else if (event.key === "ArrowLeft" || event.key === "PageUp") step("prev");
  else if (event.key === "Home" || event.key === "End") {
    event.preventDefault();
    const { first, last } = sheetNow().dataset;
    turn(event.key === "Home" ? first : last);
  }
});

// Keys mean something else in a field, and in the overview that lies over the page.
export function isElsewhere(target) {
  return document.querySelector("dialog[open]") !== null || target.closest?.("input:not([type=checkbox]), textarea, select") !== null;
}

// One finger, clearly sideways, and not while zoomed in: then a drag moves the picture.
let start = null;
document.addEventListener("touchstart", (event) => {
  const zoomed = (visualViewport?.scale ?? 1) > 1.05;
  start = event.touches.length === 1 && !zoomed ? { ...point(event.touches[0]) } : null;
}, { passive: true });
document.addEventListener("touchend", (event) => {
  if (!start || event.touches.length > 0) return;
  const end = point(event.changedTouches[0]);
  const [across, down] = [end.x - start.x, end.y - start.y];
  start = null;
  if (Math.abs(across) > 50 && Math.abs(across) > 2 * Math.abs(down)) step(across < 0 ? "next" : "prev");
}, { passive: true });
function point(touch) {
  return { x: touch.clientX, y: touch.clientY };
}

if (document.prerendering) document.addEventListener("prerenderingchange", watch, { once: true });
else watch();
fetchAhead();
