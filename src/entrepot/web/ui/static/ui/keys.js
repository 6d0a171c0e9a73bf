// Keyboard: / search, ? list of keys, g and a letter to go, j and k in lists, x selects, Enter opens.
let going = false;
let timer = 0;

const typing = (element) =>
  element.isContentEditable || element.matches("input:not([type=checkbox]), select, textarea");
const rows = () => [...document.querySelectorAll("table[data-rows] tbody tr:not(.more)")];

function move(step) {
  const all = rows();
  if (all.length === 0) return;
  const now = all.findIndex((row) => row.classList.contains("focus"));
  const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
  all[now]?.classList.remove("focus");
  next.classList.add("focus");
  // The link first, so that Enter opens the row; the check box comes before it in the row.
  (next.querySelector("a[href]") ?? next.querySelector("input"))?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

// A check box that a person reached by Tab or mouse opens its own row, not the one j and k left.
const row = () => document.activeElement.closest("table[data-rows] tbody tr") ?? document.querySelector("tr.focus");

function go(letter) {
  document.querySelector(`[data-go="${CSS.escape(letter)}"]`)?.click();
}

const acts = {
  "/": () => document.getElementById("global-search")?.focus(),
  "?": () => document.dispatchEvent(new CustomEvent("ui:dialog", { detail: "keys" })),
  j: () => move(1),
  k: () => move(-1),
  x: () => row()?.querySelector(".pick-row")?.click(),
  Enter: () => row()?.querySelector("a[href]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (!("shortcuts" in document.body.dataset) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const ticked = event.target.matches(".pick-row");
  if (event.key === "Enter" && event.target !== document.body && !ticked) return;
  if (going) {
    going = false;
    clearTimeout(timer);
    go(event.key);
    event.preventDefault();
  } else if (event.key === "g") {
    going = true;
    timer = setTimeout(() => (going = false), 1200);
  } else if (acts[event.key]) {
    event.preventDefault();
    acts[event.key]();
  }
});
