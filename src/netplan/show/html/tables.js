// Sorting of tables by their column headings.

const readValue = (cell) => {
  const written = cell.dataset.v ?? cell.textContent.trim();
  const number = Number(written.replaceAll(",", ""));
  return written === "" || Number.isNaN(number) ? written : number;
};

// Empty values stay last whichever way a column is sorted.
const compare = (a, b, direction) => {
  const missing = (value) => value === "" || value === null || value === undefined;
  if (missing(a) || missing(b)) return missing(a) - missing(b);
  if (typeof a === "number" && typeof b === "number") return direction * (a - b);
  return direction * String(a).localeCompare(String(b), document.documentElement.lang);
};

// Make a heading a button; `sort(direction)` is called with 1 (ascending) or -1.
const makeSortable = (heading, sort) => {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...heading.childNodes);
  heading.append(button);
  button.addEventListener("click", () => {
    const up = heading.classList.contains("n") ? "descending" : "ascending";
    const down = up === "ascending" ? "descending" : "ascending";
    const next = heading.getAttribute("aria-sort") === up ? down : up;
    for (const other of heading.parentElement.children) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", next);
    sort(next === "ascending" ? 1 : -1);
  });
};

for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    makeSortable(heading, (direction) => {
      const value = (row) => readValue(row.cells[column]);
      body.append(...[...body.rows].sort((a, b) => compare(value(a), value(b), direction)));
    });
  });
}
