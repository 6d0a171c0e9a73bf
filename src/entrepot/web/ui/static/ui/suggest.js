// The search box offers results while somebody types: arrows walk through them, Escape closes them.
const form = document.querySelector("[data-suggest]");
const field = form?.querySelector("input");
const box = form?.querySelector("#suggestions");
// What was asked for before Escape or before the focus left must not appear afterwards.
let wanted = false;

function close() {
  wanted = false;
  field.dispatchEvent(new CustomEvent("htmx:abort"));
  box.replaceChildren();
}

function walk(step) {
  const stops = [field, ...box.querySelectorAll("a[href]")];
  const next = stops.indexOf(document.activeElement) + step;
  stops[(next + stops.length) % stops.length].focus();
}

function press(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.isComposing || !box.hasChildNodes()) return;
  if (step) {
    event.preventDefault();
    walk(step);
  } else if (event.key === "Escape") {
    event.preventDefault();
    close();
    field.focus();
  }
}

if (form) {
  field.addEventListener("input", () => (wanted = true));
  form.addEventListener("keydown", press);
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
  box.addEventListener("htmx:beforeSwap", (event) => {
    if (!wanted) event.detail.shouldSwap = false;
  });
  // Safari gives no focus to a link that is clicked: without this the list would go before the click counts.
  box.addEventListener("mousedown", (event) => {
    if (event.target.closest("a")) event.preventDefault();
  });
}
