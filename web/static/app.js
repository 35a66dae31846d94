// What every signed-in page can do: close the menu, post with the form token, keep favourites.
export function token() {
  return document.querySelector('meta[name="csrf-token"]').content;
}

export async function post(path, body, options = {}) {
  const isForm = body instanceof FormData;
  const headers = { "X-CSRFToken": token(), Accept: "application/json" };
  if (!isForm) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, {
    method: "POST",
    headers,
    body: isForm ? body : JSON.stringify(body),
    ...options,
  }).catch(() => {
    throw new Error("The library cannot be reached. Check the connection and try again.");
  });
  const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
  if (!answer.ok) throw new Error(told.error?.message ?? "That did not work. Try again.");
  return told;
}

// Tells those who listen; a problem is shown to everybody.
export function announce(sentence) {
  const told = document.querySelector("[data-announced]");
  if (told) told.textContent = sentence;
}

export function complain(sentence) {
  let notice = document.querySelector("[data-problem]");
  if (!notice) {
    notice = document.createElement("p");
    notice.className = "notice notice-wrong";
    notice.setAttribute("role", "alert");
    notice.dataset.problem = "";
    document.getElementById("main").prepend(notice);
  }
  notice.textContent = sentence;
  notice.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", async (event) => {
  const star = event.target.closest("[data-favourite]");
  if (!star) return;
  event.preventDefault();
  if (star.hasAttribute("aria-busy")) return;
  star.setAttribute("aria-busy", "true");
  const said = new FormData();
  said.set("keep", star.value);
  try {
    const told = await post(star.formAction, said);
    for (const same of document.querySelectorAll("[data-favourite]")) {
      if (same.formAction !== star.formAction) continue;
      same.setAttribute("aria-pressed", String(told.is_favourite));
      same.value = told.is_favourite ? "no" : "yes";
    }
    announce(told.told);
  } catch (problem) {
    complain(problem.message);
  } finally {
    star.removeAttribute("aria-busy");
  }
});

// a small form that opens over the page closes by Escape and by a click beside it
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("[data-closes][open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    document.querySelector(".menu[open]")?.removeAttribute("open");
    const open = document.querySelector("[data-closes][open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
  const typing = /^(input|textarea|select)$/i.test(document.activeElement?.tagName ?? "");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    const box = document.querySelector("[data-search-box]");
    if (box) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  }
});

// How many news there are: asked after the page stands, and each minute that it is looked at.
const news = document.querySelector("[data-unread]");

async function countNews() {
  if (!news || document.visibilityState !== "visible") return;
  const answer = await fetch(news.dataset.unread, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const { unread } = await answer.json();
  const mark = news.querySelector(".unread");
  mark.hidden = unread === 0;
  mark.textContent = unread > 99 ? "99+" : unread;
  mark.setAttribute("aria-label", `${unread} new`);
}

countNews();
setInterval(countNews, 60_000);

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = before; }, 1600);
  });
}

for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!confirm(form.dataset.confirm)) event.preventDefault();
  });
}
