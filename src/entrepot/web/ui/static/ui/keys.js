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
  next.querySelector("a[href], input")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function go(letter) {
  document.querySelector(`[data-go="${CSS.escape(letter)}"]`)?.click();
}

const acts = {
  "/": () => document.getElementById("global-search")?.focus(),
  "?": () => document.dispatchEvent(new CustomEvent("ui:dialog", { detail: "keys" })),
  j: () => move(1),
  k: () => move(-1),
  x: () => document.querySelector("tr.focus .pick-row")?.click(),
  Enter: () => document.querySelector("tr.focus a[href]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (!("shortcuts" in document.body.dataset) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && event.target !== document.body) return;
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
