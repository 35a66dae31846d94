// Lists of assets: what was picked is counted, two can be compared, filters stand open where there is room.
const wide = matchMedia("(min-width: 56.01rem)");

export function dress() {
  for (const filters of document.querySelectorAll("[data-filters]")) {
    if (wide.matches) filters.open = true;
  }
  for (const form of document.querySelectorAll("[data-picks]")) count(form);
}

function count(form) {
  const picked = form.querySelectorAll('input[name="asset"]:checked').length;
  const told = form.querySelector("[data-picked]");
  const share = form.querySelector("[data-share]");
  if (!told || !share) return;
  told.textContent = picked ? `${picked} selected` : "Selected";
  const compare = form.querySelector("[data-compare]");
  if (compare) compare.hidden = picked !== 2;
  share.textContent = picked === 1 ? "Share 1 asset" : `Share ${picked} assets`;
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-picks]");
  if (form) count(form);
  if (event.target.form?.matches("[data-auto]")) event.target.form.requestSubmit();
});

document.addEventListener("reset", (event) => {
  // the boxes are still ticked while the event runs
  if (event.target.matches("[data-picks]")) setTimeout(() => count(event.target));
});

wide.addEventListener("change", dress);
dress();
