// What htmx does when the server refuses: show the answer of a refused form, keep the page otherwise.
const shown = new Set([400, 409, 422]);

document.addEventListener("htmx:beforeSwap", (event) => {
  if (shown.has(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// A page that failed says so aloud instead of leaving a button without effect.
document.addEventListener("htmx:responseError", (event) => {
  const live = document.getElementById("live");
  if (live) live.textContent = event.detail.xhr.statusText || String(event.detail.xhr.status);
});

// After a swap the part that asked for it has the focus, so that screen readers go on there.
document.addEventListener("htmx:afterSwap", (event) => {
  event.detail.elt.querySelector?.("[autofocus]")?.focus();
});
