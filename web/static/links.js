// The list of links: acts on those that are chosen, once any is.
const act = document.querySelector("[data-act-on-chosen]");
const boxes = [...document.querySelectorAll(".share-choose")];
const all = document.querySelector("[data-choose-all]");

function tell() {
  const chosen = boxes.filter((box) => box.checked).length;
  const button = act.querySelector("button");
  button.disabled = chosen === 0;
  button.textContent = chosen ? `Revoke ${chosen === 1 ? "the chosen link" : `the ${chosen} chosen links`}` : "Revoke the chosen";
  all.checked = chosen > 0 && chosen === boxes.length;
}

if (act) {
  act.hidden = boxes.length === 0;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  for (const box of boxes) box.addEventListener("change", tell);
  tell();
}
