// Price and mark-up on the cost: typing one writes the other. What counts is worked out by the server once more.
document.addEventListener("input", (event) => {
  const input = event.target.closest("[data-markup]");
  const row = input?.closest("[data-cost]");
  if (!row) return;
  const cost = Number(row.dataset.cost);
  const other = row.querySelector(`[data-markup="${input.dataset.markup === "price" ? "percent" : "price"}"]`);
  const value = Number(input.value);
  if (input.value === "" || Number.isNaN(value) || !(cost > 0)) other.value = "";
  else if (input.dataset.markup === "price") other.value = ((value / cost - 1) * 100).toFixed(2);
  else other.value = (cost * (1 + value / 100)).toFixed(Number(row.dataset.digits));
});
