// Price and margin (a share of the price) or mark-up (on the cost) of one unit: typing one writes the other, as the
// language of the page writes numbers. What counts is worked out by the server once more.
const comma = document.documentElement.lang.startsWith("de");

function read(text) {
  const [decimal, group] = comma ? [",", "."] : [".", ","];
  const plain = text.includes(decimal) ? text.replaceAll(group, "").replace(decimal, ".") : text;
  return text.trim() === "" ? NaN : Number(plain);
}

function write(value, digits) {
  const text = value.toFixed(digits);
  return comma ? text.replace(".", ",") : text;
}

function other(kind, value, cost, digits) {
  if (Number.isNaN(value)) return "";
  if (kind === "margin") return value < 100 && cost > 0 ? write(cost / (1 - value / 100), digits) : null;
  if (kind === "markup") return cost > 0 ? write(cost * (1 + value / 100), digits) : "";
  return null;
}

document.addEventListener("input", (event) => {
  const input = event.target.closest("[data-money]");
  const row = input?.closest("[data-cost]");
  if (!row) return;
  const cost = Number(row.dataset.cost);
  const value = read(input.value);
  if (input.dataset.money !== "price") {
    const text = other(input.dataset.money, value, cost, Number(row.dataset.digits));
    if (text !== null) row.querySelector('[data-money="price"]').value = text;
    return;
  }
  const share = row.querySelector('[data-money="margin"], [data-money="markup"]');
  if (!(value > 0) || (share.dataset.money === "markup" && !(cost > 0))) share.value = "";
  else if (share.dataset.money === "markup") share.value = write((value / cost - 1) * 100, 2);
  else share.value = write((1 - cost / value) * 100, 2);
});
