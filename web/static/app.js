// What every signed-in page can do: close the menu, post with the form token.
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
  });
  const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
  if (!answer.ok) throw new Error(told.error?.message ?? "That did not work. Try again.");
  return told;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector(".menu[open]")?.removeAttribute("open");
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
