// Theme and density without a round trip; without JavaScript the same form posts and reloads.
const year = 365 * 24 * 60 * 60;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-preferences] button[name]");
  if (!button) return;
  event.preventDefault();
  const { name, value } = button;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=${value ? year : 0}; samesite=lax${secure}`;
  if (value) document.documentElement.dataset[name] = value;
  else delete document.documentElement.dataset[name];
  for (const other of button.parentElement.children) {
    other.setAttribute("aria-pressed", String(other === button));
  }
});
