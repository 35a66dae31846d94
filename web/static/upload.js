// Sends each file in a request of its own, two at a time, then asks how far each one is.
import { post, token } from "./app.js";

const AT_ONCE = 2;
const form = document.getElementById("drop");
const section = document.querySelector(".uploads");
const list = document.querySelector("[data-list]");
const said = document.querySelector("[data-said]");
let batch = form.dataset.batch ? Promise.resolve(form.dataset.batch) : null;
const queue = [];
let sending = 0;

document.documentElement.classList.add("has-script");

function say(sentence, isWrong = false) {
  said.textContent = sentence;
  said.classList.toggle("is-wrong", isWrong);
}

// --- sending ---

function add(files) {
  for (const file of files) {
    const row = document.createElement("li");
    row.className = "upload";
    row.innerHTML = '<div class="upload-line"><span class="upload-pick"></span><span class="thumb thumb-s" aria-hidden="true"></span><div class="upload-what"><p class="upload-title"></p><p class="upload-reason muted">Waiting to be sent</p><progress class="upload-bar" max="100" value="0"></progress></div></div>';
    row.querySelector(".upload-title").textContent = file.name;
    row.querySelector("progress").setAttribute("aria-label", `Sending ${file.name}`);
    list.prepend(row);
    section.removeAttribute("data-empty");
    queue.push({ file, row });
  }
  next();
}

async function next() {
  if (sending >= AT_ONCE || !queue.length) return;
  const { file, row } = queue.shift();
  sending += 1;
  next();
  try {
    batch ??= post(form.dataset.batches, {}).then((told) => told.batch);
    const told = await send(file, await batch, row);
    row.dataset.item = told.items[0].id;
    row.id = `u-${told.items[0].id}`;
    row.dataset.state = "waiting";
    row.querySelector(".upload-reason").textContent = "Reading…";
    row.querySelector("progress").removeAttribute("value");
    watch();
  } catch (problem) {
    const reason = row.querySelector(".upload-reason");
    reason.textContent = problem.message;
    reason.className = "upload-reason is-wrong";
    row.querySelector("progress").remove();
    // a batch that could not be opened is tried again with the next file
    await batch?.catch(() => { batch = null; });
  }
  sending -= 1;
  next();
}

function send(file, intoBatch, row) {
  const most = Number(form.dataset.mostMb);
  if (file.size > most * 1024 * 1024) {
    return Promise.reject(new Error(`This file is larger than the ${most} MB this library takes.`));
  }
  const body = new FormData();
  body.append("batch", intoBatch);
  const replaced = form.querySelector("[name=version_of]");
  if (replaced) body.append("version_of", replaced.value);
  body.append("file", file, file.name);
  const bar = row.querySelector("progress");
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = (100 * event.loaded) / event.total;
      row.querySelector(".upload-reason").textContent = `Sending, ${Math.round(bar.value)} %`;
    });
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(request.response);
      else reject(new Error(request.response?.error?.message ?? "The file was not taken. Try again."));
    });
    request.addEventListener("error", () => reject(new Error("The connection broke. Drop the file again.")));
    request.send(body);
  });
}

for (const kind of ["dragenter", "dragover"]) {
  form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("is-over"); });
}
for (const kind of ["dragleave", "drop"]) {
  form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.remove("is-over"); });
}
form.addEventListener("drop", (event) => add(event.dataTransfer.files));
form.elements.file.addEventListener("change", (event) => {
  add(event.target.files);
  event.target.value = "";
});
form.addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("beforeunload", (event) => {
  if (sending || queue.length) event.preventDefault();
});

// --- watching ---

const FIRST_MS = 700;
const LONGEST_MS = 10_000;
const PICTURE_ASKS = 20;
let pause = FIRST_MS;
let timer = null;
const askedForPicture = new Map();

function watched() {
  return [...list.querySelectorAll("[data-item]")].filter((row) => {
    if (row.dataset.state === "waiting") return true;
    if (row.dataset.state !== "imported" || "hasPicture" in row.dataset) return false;
    return (askedForPicture.get(row.dataset.item) ?? 0) < PICTURE_ASKS;
  });
}

function watch() {
  pause = FIRST_MS;
  clearTimeout(timer);
  timer = setTimeout(ask, pause);
}

async function ask() {
  const rows = watched().slice(0, 100);
  if (!rows.length) return;
  const query = new URLSearchParams(rows.map((row) => ["id", row.dataset.item]));
  try {
    const answer = await fetch(`${form.dataset.items}?${query}`, { headers: { Accept: "application/json" } });
    if (answer.status === 401) return say("You were signed out. Load the page again.", true);
    const told = await answer.json();
    const changed = told.items.filter((item) => {
      const row = document.getElementById(`u-${item.id}`);
      askedForPicture.set(item.id, (askedForPicture.get(item.id) ?? 0) + (item.state === "imported" ? 1 : 0));
      return row.dataset.state !== item.state || (item.has_picture && !("hasPicture" in row.dataset));
    });
    if (changed.length) {
      await refresh(changed.map((item) => item.id));
      pause = FIRST_MS;
    }
  } catch {
    // the server is away for a moment: ask again, more slowly
  }
  pause = Math.min(pause * 1.5, LONGEST_MS);
  timer = setTimeout(ask, pause);
}

async function refresh(ids) {
  if (!ids.length) return;
  const query = new URLSearchParams(ids.map((id) => ["id", id]));
  const answer = await fetch(`${form.dataset.rows}?${query}`);
  if (!answer.ok) throw new Error("The list could not be brought up to date.");
  const fresh = document.createElement("ol");
  fresh.innerHTML = await answer.text();
  for (const row of [...fresh.children]) {
    const old = document.getElementById(row.id);
    // an open form is being worked on: only its own save replaces it
    if (old?.querySelector("details[open]") && !old.dataset.saved) continue;
    const wasSelected = old?.querySelector("input[name=asset]")?.checked;
    if (old) old.replaceWith(row);
    else list.prepend(row);
    const box = row.querySelector("input[name=asset]");
    if (box && wasSelected) box.checked = true;
  }
  countSelected();
}

// --- forms that leave the page where it is ---

document.addEventListener("submit", async (event) => {
  const sent = event.target;
  if (!sent.matches("form[data-stay]")) return;
  event.preventDefault();
  const body = new FormData(sent, event.submitter);
  const row = sent.closest("[data-item]");
  try {
    const told = await post(event.submitter?.getAttribute("formaction") ?? sent.action, body);
    if (told.batch && "startsBatch" in sent.dataset) batch = Promise.resolve(told.batch);
    say(told.message ?? "Received; it is being read.");
    if ("clears" in sent.dataset) sent.reset();
    if (row) row.dataset.saved = "1";
    section.removeAttribute("data-empty");
    const touched = told.items?.map((item) => item.id) ?? (row ? [row.dataset.item] : selected());
    await refresh(touched);
    watch();
  } catch (problem) {
    say(problem.message, true);
  }
});

const selectAll = document.querySelector("[data-select-all]");
const boxes = () => [...list.querySelectorAll("input[name=asset]")];
const selected = () => boxes().filter((box) => box.checked).map((box) => box.closest("[data-item]").dataset.item);

function countSelected() {
  const count = selected().length;
  document.querySelector("[data-selected]").textContent = count ? `${count} selected` : "";
  selectAll.checked = count > 0 && count === boxes().length;
}

selectAll.addEventListener("change", () => {
  for (const box of boxes()) box.checked = selectAll.checked;
  countSelected();
});
list.addEventListener("change", (event) => {
  if (event.target.name === "asset") countSelected();
});

countSelected();
if (watched().length) watch();
