// An asset takes its new place without a reload. Without this script the buttons post a form.
import { announce, complain, post } from "./app.js";

const list = document.querySelector("[data-items]");

list?.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-step]");
  if (!button) return;
  event.preventDefault();
  if (list.hasAttribute("aria-busy")) return;
  list.setAttribute("aria-busy", "true");
  const item = button.closest("[data-item]");
  const said = new FormData();
  said.set(button.dataset.step, item.dataset.item);
  try {
    const { place } = await post(list.dataset.address, said);
    settle(item, place);
    // a button that has just become useless gives the focus to its opposite
    if (button.disabled) item.querySelector("[data-step]:not(:disabled)")?.focus();
    else button.focus();
    announce(`${item.dataset.title} is now ${place} of ${list.children.length}.`);
  } catch (problem) {
    complain(problem.message);
  } finally {
    list.removeAttribute("aria-busy");
  }
});

function settle(item, place) {
  item.remove();
  list.insertBefore(item, list.children[place - 1] ?? null);
  const items = [...list.children];
  items.forEach((one, index) => {
    one.querySelector(".item-place").textContent = index + 1;
    one.querySelector('[data-step="first"]').disabled = index === 0;
    one.querySelector('[data-step="up"]').disabled = index === 0;
    one.querySelector('[data-step="down"]').disabled = index === items.length - 1;
  });
  item.scrollIntoView({ block: "nearest" });
}
