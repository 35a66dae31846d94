// What takes longer is asked for once the page stands; without this script a link leads to it.
for (const part of document.querySelectorAll("[data-load]")) load(part);

async function load(part) {
  const into = part.querySelector("[data-loaded]");
  const told = part.querySelector("[data-loading]");
  const link = told.innerHTML;
  told.textContent = "Asking the library …";
  into.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(part.dataset.load, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error();
    into.innerHTML = await answer.text();
  } catch {
    told.innerHTML = link;
  } finally {
    into.removeAttribute("aria-busy");
  }
}
