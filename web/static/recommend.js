// Chips that are switched off re-rank at once. Without this script a button does the same.
import { post } from "./app.js";
import { dress } from "./lists.js";

const SETTLED_MS = 1000; // an answer that stood so long was looked at

const holder = document.querySelector("[data-fits]");
const told = document.getElementById("told");
let settling = 0;
let asking = null;

async function ask(form) {
  clearTimeout(settling);
  asking?.abort();
  const mine = (asking = new AbortController());
  const said = new FormData(form);
  said.set("fragment", "1");
  const isGet = form.method === "get";
  const address = isGet ? `${form.action}?${new URLSearchParams(said)}` : form.action;
  holder.firstElementChild.classList.add("is-waiting");
  try {
    const answer = await fetch(address, {
      method: isGet ? "GET" : "POST",
      body: isGet ? undefined : said,
      signal: mine.signal,
      headers: { Accept: "text/html" },
    });
    const part = await answer.text();
    if (mine.signal.aborted) return;
    if (answer.redirected || !(answer.ok || answer.status === 503)) {
      form.submit();
      return;
    }
    show(part);
  } catch (error) {
    if (error.name !== "AbortError") {
      told.textContent = "The library cannot be reached. Check the connection and try again.";
      holder.firstElementChild.classList.remove("is-waiting");
    }
  }
}

function show(part) {
  const focused = document.activeElement?.value;
  holder.innerHTML = part;
  const again = [...holder.querySelectorAll('input[name="use"]')].find((i) => i.value === focused);
  again?.focus({ preventScroll: true });
  dress();
  told.textContent = holder.firstElementChild.dataset.told ?? "";
  wait();
}

function wait() {
  clearTimeout(settling);
  settling = setTimeout(settle, SETTLED_MS);
  const pause = Number(holder.firstElementChild?.dataset.again);
  if (pause) setTimeout(() => ask(holder.querySelector("[data-understood]")), pause);
}

function settle() {
  clearTimeout(settling);
  const shown = holder.querySelector("[data-receipt]");
  if (!shown) return;
  const { receipt } = shown.dataset;
  delete shown.dataset.receipt;
  // told once; should it get lost, a recommendation is missing in a report and nothing else
  post(holder.dataset.settled, { receipt }, { keepalive: true }).catch(() => {});
}

if (holder) {
  holder.addEventListener("change", (event) => {
    if (event.target.name === "use") ask(event.target.form);
  });
  holder.addEventListener("click", (event) => {
    if (event.target.closest("a.result-link, .result-picture, .result-actions a")) settle();
  });
  wait();
}
