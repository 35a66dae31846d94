// Turning the pages of a preview. Without this script the row of pages scrolls sideways.
const preview = document.querySelector("[data-preview]");
const pages = preview?.querySelector("[data-pages]");
const where = preview?.querySelector("[data-where]");

if (pages && where) {
  const figures = [...pages.querySelectorAll(".page-figure")];
  const [back, on] = ["-1", "1"].map((step) => preview.querySelector(`[data-step="${step}"]`));
  const of = where.textContent.trim().split(" ")[0];
  let at = 0;

  const tell = () => {
    where.textContent = `${figures[at].dataset.number} of ${of}`;
    back.disabled = at === 0;
    on.disabled = at === figures.length - 1;
  };

  const turnTo = (index, behavior = "smooth") => {
    at = Math.max(0, Math.min(figures.length - 1, index));
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    pages.scrollTo({ left: figures[at].offsetLeft, behavior: calm ? "auto" : behavior });
    tell();
  };

  for (const button of [back, on]) {
    button.hidden = false;
    button.addEventListener("click", () => turnTo(at + Number(button.dataset.step)));
  }

  let resting = 0;
  pages.addEventListener("scroll", () => {
    clearTimeout(resting);
    resting = setTimeout(() => {
      at = Math.round(pages.scrollLeft / (pages.clientWidth + 16));
      tell();
    }, 90);
  });

  pages.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.target !== pages) return;
    event.preventDefault();
    turnTo(at + step);
  });

  for (const link of document.querySelectorAll("[data-page-link]")) {
    const index = figures.findIndex((figure) => figure.dataset.number === link.dataset.pageLink);
    if (index < 0) continue;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      turnTo(index);
      preview.scrollIntoView({ block: "nearest" });
    });
  }

  const asked = figures.findIndex((figure) => `#${figure.id}` === location.hash);
  if (asked > 0) turnTo(asked, "auto");
  tell();
}
