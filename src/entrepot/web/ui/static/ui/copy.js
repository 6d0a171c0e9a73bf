// Copies the text of a code, and says so to eyes and ears.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  event.preventDefault();
  event.stopPropagation();
  await navigator.clipboard.writeText(button.dataset.copy);
  const live = document.getElementById("live");
  if (live) live.textContent = button.dataset.doneText;
  button.dataset.done = "";
  setTimeout(() => delete button.dataset.done, 1500);
});
