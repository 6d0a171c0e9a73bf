// Price and margin of one unit: typing one writes the other. What counts is worked out by the server once more.
document.addEventListener("input", (event) => {
  const input = event.target.closest("[data-money]");
  const row = input?.closest("[data-cost]");
  if (!row) return;
  const cost = Number(row.dataset.cost);
  const other = row.querySelector(`[data-money="${input.dataset.money === "price" ? "margin" : "price"}"]`);
  const value = Number(input.value);
  if (input.value === "" || Number.isNaN(value)) other.value = "";
  else if (input.dataset.money === "price") other.value = value > 0 ? ((1 - cost / value) * 100).toFixed(2) : "";
  else if (value < 100 && cost > 0) other.value = (cost / (1 - value / 100)).toFixed(Number(row.dataset.digits));
});
