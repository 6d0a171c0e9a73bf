// What a column cuts with an ellipsis is read whole under the pointer.
document.addEventListener("pointerover", (event) => {
  const cell = event.target.closest(".table.fixed :is(td, th, small), .cut");
  if (cell && !cell.title && cell.scrollWidth > cell.clientWidth) cell.title = cell.innerText.trim().replace(/\s+/g, " ");
});
