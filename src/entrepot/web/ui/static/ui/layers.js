// Menus, dialogs, the drawer and toasts: open, close, and give the focus back where it came from.
const drawer = () => document.querySelector("[data-drawer]");

function openDialog(id, opener) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  dialog.addEventListener("close", () => opener?.focus(), { once: true });
  dialog.showModal();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    openDialog(opener.dataset.dialog, opener);
  }
  event.target.closest("[data-dismiss]")?.closest(".toast")?.remove();
  const grip = event.target.closest("[data-sheet]");
  if (grip) {
    const tall = drawer().classList.toggle("tall");
    grip.setAttribute("aria-expanded", String(tall));
  }
});

document.addEventListener("ui:dialog", (event) => openDialog(event.detail, document.activeElement));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (location.hash === "#side") {
    location.hash = "#main";
  } else {
    drawer()?.querySelector("[data-close]")?.click();
  }
});

// Where the focus returns to when the drawer is gone: the row that opened it.
let opened = drawer()?.dataset.returnTo;
function follow() {
  const panel = drawer();
  if (panel) {
    if (panel.dataset.returnTo !== opened) panel.focus();
    opened = panel.dataset.returnTo;
  } else if (opened) {
    document.getElementById(opened)?.querySelector("a[href]")?.focus();
    opened = undefined;
  }
}
document.addEventListener("htmx:afterSettle", follow);

// On a narrow screen the opened card stays visible above the sheet.
const narrow = matchMedia("(width <= 640px)");
if (opened && narrow.matches) document.getElementById(opened)?.scrollIntoView({ block: "start" });

// Tabs that scroll sideways show the one that is open.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) tab.scrollIntoView({ block: "nearest", inline: "center" });
