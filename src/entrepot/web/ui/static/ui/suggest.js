// The search box and the palette (Ctrl+K) offer results while somebody types: arrows walk through them, Escape closes.
const palette = document.getElementById("palette");

function attach(root) {
  const field = root.querySelector("input");
  const box = root.querySelector("[data-found]");
  const pages = [...root.querySelectorAll("[data-page]")];
  const isPalette = root.dataset.suggest === "palette";
  // What was asked for before Escape or before the focus left must not appear afterwards.
  let wanted = false;

  const stops = () => [field, ...root.querySelectorAll("a[href]")].filter((one) => one.offsetParent);

  function close() {
    wanted = false;
    field.dispatchEvent(new CustomEvent("htmx:abort"));
    box.replaceChildren();
  }

  function narrow() {
    const text = field.value.trim().toLowerCase();
    for (const page of pages) page.hidden = !page.textContent.toLowerCase().includes(text);
  }

  function press(event) {
    const all = stops();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing) return;
    if (event.key === "Escape" && isPalette) {
      // A search field would only empty itself.
      event.preventDefault();
      palette.close();
    } else if (all.length < 2) {
      return;
    } else if (step) {
      event.preventDefault();
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
      field.focus();
    } else if (event.key === "Enter" && event.target === field && pages.some((page) => !page.hidden)) {
      event.preventDefault();
      all[1].click();
    }
  }

  field.addEventListener("input", () => {
    wanted = true;
    narrow();
  });
  root.addEventListener("keydown", press);
  box.addEventListener("htmx:beforeSwap", (event) => {
    if (!wanted) event.detail.shouldSwap = false;
  });
  if (isPalette) {
    palette.addEventListener("close", () => {
      field.value = "";
      close();
      narrow();
    });
    return;
  }
  root.addEventListener("focusout", (event) => {
    if (!root.contains(event.relatedTarget)) close();
  });
  // Safari gives no focus to a link that is clicked: without this the list would go before the click counts.
  box.addEventListener("mousedown", (event) => {
    if (event.target.closest("a")) event.preventDefault();
  });
}

document.querySelectorAll("[data-suggest]").forEach(attach);

document.addEventListener("keydown", (event) => {
  if (!palette || event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  event.preventDefault();
  if (palette.open) palette.close();
  else document.dispatchEvent(new CustomEvent("ui:dialog", { detail: "palette" }));
});
