// Counts and adds up the ticked rows of a list. Showing the bar is done by the style sheet.
const rows = (area) => [...area.querySelectorAll(".pick-row")];

// Amounts are added as whole units of the last decimal, because binary fractions lose cents.
function sum(texts) {
  const places = Math.max(0, ...texts.map((text) => (text.split(".")[1] || "").length));
  const units = texts.reduce((total, text) => {
    const [whole, part = ""] = text.split(".");
    return total + BigInt(whole + part.padEnd(places, "0"));
  }, 0n);
  const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
  const cut = digits.length - places;
  return (units < 0n ? "-" : "") + digits.slice(0, cut) + (places ? "." + digits.slice(cut) : "");
}

function update(area) {
  const all = rows(area);
  const ticked = all.filter((box) => box.checked);
  const head = area.querySelector("[data-pick-all]");
  if (head) {
    head.checked = all.length > 0 && ticked.length === all.length;
    head.indeterminate = ticked.length > 0 && ticked.length < all.length;
  }
  const bar = area.querySelector("[data-picked]");
  if (!bar) return;
  bar.hidden = ticked.length === 0;
  const { one, many, sum: pattern, currency, language } = bar.dataset;
  const count = new Intl.NumberFormat(language).format(ticked.length);
  bar.querySelector("[data-count]").textContent = ticked.length === 1 ? one : many.replace("%n", count);
  const amounts = ticked.map((box) => box.dataset.amount).filter(Boolean);
  const total = bar.querySelector("[data-total]");
  if (!pattern || amounts.length === 0 || amounts.length !== ticked.length) {
    total.textContent = "";
    return;
  }
  const style = currency ? { style: "currency", currency } : {};
  const shown = new Intl.NumberFormat(language, style).format(sum(amounts));
  total.textContent = pattern.replace("%s", shown.replace("-", "−"));
}

document.addEventListener("change", (event) => {
  const area = event.target.closest(".picks");
  if (!area) return;
  if (event.target.matches("[data-pick-all]")) {
    for (const box of rows(area)) box.checked = event.target.checked;
  }
  if (event.target.matches("[data-pick-all], .pick-row")) update(area);
});

document.addEventListener("click", (event) => {
  const area = event.target.closest("[data-unpick]")?.closest(".picks");
  if (!area) return;
  for (const box of rows(area)) box.checked = false;
  update(area);
});

const refresh = () => document.querySelectorAll(".picks").forEach(update);
document.addEventListener("htmx:afterSettle", refresh);
window.addEventListener("pageshow", refresh);
