// Light, dark, or as the system: runs before the first paint, so that a dark page never
// flashes white.
(() => {
  const root = document.documentElement;
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      const kept = localStorage.getItem("theme");
      return kept === "light" || kept === "dark" ? kept : "system";
    } catch {
      return "system"; // a browser that keeps nothing
    }
  }

  function keep(choice) {
    try {
      if (choice === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", choice);
    } catch {
      // then it holds for this page
    }
  }

  function show(choice) {
    const dark = choice === "system" ? systemIsDark.matches : choice === "dark";
    root.dataset.theme = choice;
    root.dataset.bsTheme = dark ? "dark" : "light";
  }

  function tick() {
    const button = document.querySelector(`[data-theme-switch] [value="${root.dataset.theme}"]`);
    if (button) button.checked = true;
  }

  show(chosen());
  systemIsDark.addEventListener("change", () => show(root.dataset.theme));
  document.addEventListener("DOMContentLoaded", tick);
  document.addEventListener("change", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    keep(event.target.value);
    show(event.target.value);
  });
  // another tab chose
  addEventListener("storage", (event) => {
    if (event.key !== "theme" && event.key !== null) return;
    show(chosen());
    tick();
  });
})();
