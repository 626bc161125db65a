// All pairs: filters, distributions, a table that sorts, and the hops of the chosen pair.

const PAGE = 50;
const CURVES = 60;
const control = (name) => document.getElementById(`f-${name}`);
const table = document.getElementById("pairs-table");
const view = { rows: [], limit: PAGE, sort: null, chosen: null };

const COLUMNS = {
  source: (row) => siteName(row[SOURCE]),
  destination: (row) => siteName(row[TARGET]),
  outcome: (row) => SEVERITY[row[OUTCOME]],
  reason: (row) => word("reason", row[REASON]),
  estimate: (row) => row[ESTIMATE],
  interval: (row) => row[HIGH],
  floor: (row) => row[FLOOR],
  of_limit: (row) => ratio(row),
  loss: (row) => row[LOSS],
  packets: (row) => row[PACKETS],
  length: (row) => row[LENGTH],
  estimated: (row) => row[ESTIMATED],
};
const ratio = (row) => {
  const known = latencyOf(row);
  return known === null ? null : known / verdictOf(row).limit;
};
const ms = (value) => (value === null ? "–" : value.toFixed(3));

const isChosen = (verdict) => verdict.name === control("target").value
  && verdict.year === Number(control("year").value) && verdict.state === control("state").value;

const matching = () => {
  const [city, outcome] = [control("city").value, control("outcome").value];
  const text = control("text").value.trim().toLowerCase();
  return DATA.pairs.map((_, index) => index).filter((index) => {
    const row = DATA.pairs[index];
    const ends = [row[SOURCE], row[TARGET]].filter((site) => site !== null);
    return isChosen(verdictOf(row))
      && (city === "" || ends.some((site) => DATA.nodes[site][2] === Number(city)))
      && (outcome === "" || row[OUTCOME] === outcome)
      && (text === "" || pairName(row).toLowerCase().includes(text));
  });
};

const cell = (text, kind = "") => {
  const found = document.createElement("td");
  found.className = kind;
  found.textContent = text;
  return found;
};

const badge = (outcome) => {
  const found = document.createElement("span");
  found.className = `badge ${outcome}`;
  found.textContent = `${{ met: "✓", missed: "✗", undecided: "?" }[outcome]} ${
    word("outcome", outcome)}`;
  return found;
};

const tableRow = (index) => {
  const row = DATA.pairs[index];
  const line = document.createElement("tr");
  const heading = document.createElement("th");
  heading.scope = "row";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = siteName(row[SOURCE]);
  button.setAttribute("aria-label", say("js.choose", { pair: pairName(row) }));
  button.addEventListener("click", () => choose(index));
  heading.append(button);
  const outcome = document.createElement("td");
  outcome.append(badge(row[OUTCOME]));
  const interval = row[LOW] === null || row[ESTIMATE] === null ? "–"
    : `${ms(row[LOW])} – ${row[HIGH] === null ? "∞" : ms(row[HIGH])}`;
  line.append(heading, cell(siteName(row[TARGET])), outcome,
    cell(word("reason", row[REASON]), "reason"),
    cell(ms(row[ESTIMATE]), "n"), cell(interval, "n"), cell(ms(row[FLOOR]), "n"),
    cell(ratio(row) === null ? "–" : share(ratio(row), 0), "n"),
    cell(row[LOSS] === null ? "–" : share(row[LOSS], 2), "n"),
    cell(row[PACKETS].toLocaleString(), "n"), cell(row[LENGTH].toFixed(1), "n"),
    cell(row[ESTIMATED].toFixed(1), "n"));
  if (index === view.chosen) line.setAttribute("aria-current", "true");
  return line;
};

const fillTable = () => {
  const shown = view.rows.slice(0, view.limit);
  table.tBodies[0].replaceChildren(...shown.map(tableRow));
  const more = document.getElementById("pairs-more");
  const left = view.rows.length - shown.length;
  more.hidden = left <= 0;
  more.textContent = say("js.more", { n: Math.min(PAGE, left) });
};

const curveOf = (index) => DATA.details[index]?.[CURVE] ?? null;

// The limit above its line, or an arrow to it; `near` is null where nothing is drawn.
const limitNote = (limit, near, longest) => {
  const note = { yref: "paper", y: 1, yanchor: "bottom", showarrow: false };
  if (near === null) {
    const why = control("state").value ? "js.no_curve_in_state" : "js.no_curve";
    return { ...note, xref: "paper", x: 0.5, y: 0.5, text: say(why) };
  }
  const text = say("js.limit", { limit });
  if (!near) return { ...note, xref: "paper", x: 1, xanchor: "right", text: `${text} →` };
  return { ...note, x: isLong(longest, limit) ? Math.log10(limit) : limit, text };
};

// Delays far above the limit are drawn on a logarithmic scale.
const isLong = (longest, limit) => longest > 8 * limit;

const drawCurves = () => {
  const place = document.getElementById("pairs-chart");
  const tail = control("scale").value === "tail";
  let indices = view.rows.filter(curveOf).sort(worstFirst).slice(0, CURVES);
  if (view.chosen !== null && curveOf(view.chosen) && !indices.includes(view.chosen)) {
    indices = [...indices, view.chosen];
  }
  // The slowest are drawn last, on top; the chosen one above them.
  indices.reverse().sort((a, b) => (a === view.chosen) - (b === view.chosen));
  const named = new Set();
  const traces = indices.map((index) => {
    const row = DATA.pairs[index];
    const points = DATA.levels.map((level, at) => [curveOf(index)[at], level])
      .filter(([delay, level]) => delay !== null && !(tail && level === 1));
    const chosen = index === view.chosen;
    const first = !named.has(row[OUTCOME]) && !chosen;
    if (first) named.add(row[OUTCOME]);
    return {
      mode: "lines", name: word("outcome", row[OUTCOME]), legendgroup: row[OUTCOME],
      showlegend: first, x: points.map(([delay]) => delay),
      y: points.map(([, level]) => (tail ? 1 - level : level)), customdata: [index],
      line: { color: chosen ? INK : OUTCOMES[row[OUTCOME]].colour, width: chosen ? 3.5 : 1.2,
        dash: { met: "solid", undecided: "dash", missed: "solid" }[row[OUTCOME]] },
      hovertemplate: `<b>${pairName(row)}</b><br>${word("outcome", row[OUTCOME])}, `
        + `${ms(row[ESTIMATE])} ms<br>%{x:.4f} ms: %{y:.4~%}<extra></extra>`,
    };
  });
  const verdict = DATA.verdicts.find(isChosen);
  const longest = Math.max(...traces.flatMap((trace) => trace.x));
  const near = traces.length > 0 && verdict.limit < 2.5 * longest;
  draw(place, traces, {
    height: traces.length ? 420 : 100, showlegend: true,
    legend: { orientation: "h", x: 0, y: 1, yref: "container", yanchor: "top" },
    margin: { l: 60, r: 16, t: 56, b: 48 },
    xaxis: axis([say("js.latency"), `${verdict.layer} · ${verdict.quantity}`].join(
      NARROW.matches ? "<br>" : " · "),
      { visible: traces.length > 0, ...(isLong(longest, verdict.limit) ? { type: "log" } : {}) }),
    yaxis: axis(say(tail ? "js.above" : "js.within"), { visible: traces.length > 0,
      ...(tail ? { type: "log", tickformat: ".2~%", dtick: 1 }
        : { tickformat: ".0%", range: [0, 1.02] }) }),
    shapes: near ? [{ type: "line", x0: verdict.limit, x1: verdict.limit, yref: "paper", y0: 0,
      y1: 1, line: { color: INK, width: 1.5, dash: "dash" } }] : [],
    annotations: [limitNote(verdict.limit, traces.length ? near : null, longest)],
  });
  const inState = verdict.state === "" ? "" : say("js.in_state", {
    n: DATA.pairs.filter((row) => verdictOf(row) === verdict).length, judged: verdict.judged,
  });
  const left = DATA.left_out ? say("js.left_out", { n: DATA.left_out }) : "";
  document.getElementById("pairs-count").textContent = say("js.shown", {
    n: view.rows.length, rows: Math.min(view.limit, view.rows.length), curves: traces.length,
  }) + inState + left;
};

const element = (name, text) => {
  const found = document.createElement(name);
  found.textContent = text;
  return found;
};

const choose = (index) => {
  view.chosen = index;
  const row = DATA.pairs[index];
  const place = document.getElementById("pair-detail");
  const detail = DATA.details[index];
  const heading = element("h3", `${pairName(row)} `);
  heading.append(badge(row[OUTCOME]));
  place.replaceChildren(heading);
  if (detail === null) place.append(element("p", say("js.no_detail")));
  else describe(place, detail);
  fillTable();
  drawCurves();
};

const describe = (place, detail) => {
  if (detail[REMEDIES].length) {
    const list = document.createElement("ul");
    list.append(...detail[REMEDIES].map((remedy) => element("li", DATA.remedies[remedy])));
    place.append(element("p", `${say("js.remedies")}:`), list);
  }
  if (!detail[HOPS].length) return;
  const box = document.createElement("div");
  box.className = "scroll";
  box.tabIndex = 0;
  const hops = document.createElement("table");
  const names = ["hop", "length", "estimated", "load"].map((key) => word("column", key));
  const components = DATA.components.map((component) => word("component", component));
  const head = hops.createTHead().insertRow();
  [...names, ...components, word("column", "total")].forEach((name, column) => {
    const heading = element("th", name);
    heading.scope = "col";
    if (column) heading.className = "n";
    head.append(heading);
  });
  const body = hops.createTBody();
  for (const [link, from, to, load, length, estimated, split] of detail[HOPS]) {
    const line = body.insertRow();
    const heading = element("th", hopName(link, from, to));
    heading.scope = "row";
    if (from !== to) heading.append(element("small", DATA.links[link]));
    line.append(heading, cell(length.toFixed(1), "n"), cell(estimated.toFixed(1), "n"),
      cell(share(load, 0), "n"), ...split.map((value) => cell(ms(value), "n")),
      cell(ms(split.reduce((a, b) => a + b, 0)), "n"));
  }
  hops.prepend(element("caption", say("js.hops")));
  box.append(hops);
  place.append(box);
};

const sortRows = () => {
  if (view.sort === null) view.rows.sort(worstFirst);
  else {
    const { key, direction } = view.sort;
    const value = (index) => COLUMNS[key](DATA.pairs[index]);
    view.rows.sort((a, b) => compare(value(a), value(b), direction));
  }
};

const refresh = () => {
  view.rows = matching();
  view.limit = PAGE;
  if (!view.rows.includes(view.chosen)) {
    view.chosen = null;
    document.getElementById("pair-detail").replaceChildren();
  }
  sortRows();
  fillTable();
  drawCurves();
};

// Targets of the chosen class; states of the chosen target and year that leave pairs not met.
const offerTargets = () => {
  const wanted = control("class").value;
  const names = targetNames.filter((name) => wanted === "*"
    || NORMAL.some((verdict) => verdict.name === name && verdict.class === wanted));
  const chosen = control("target").value;
  fillSelect(control("target"), names, names, names.includes(chosen) ? chosen : names[0]);
};
const offerStates = () => fillStates(control("state"), DATA.verdicts.filter((verdict) =>
  verdict.state !== "" && verdict.name === control("target").value
  && verdict.year === Number(control("year").value)).map((verdict) => verdict.state));

if (DATA.pairs.length) {
  const choice = firstChoice();
  const all = say("js.all");
  const cities = DATA.cities.map((name, number) => [number, name]).filter(([number]) =>
    DATA.pairs.some((row) => [row[SOURCE], row[TARGET]].some((site) =>
      site !== null && DATA.nodes[site][2] === number)));
  const outcomes = Object.keys(OUTCOMES);
  fillSelect(control("target"), targetNames, targetNames, choice.target);
  fillSelect(control("year"), DATA.years, DATA.years, choice.year);
  fillSelect(control("city"), ["", ...cities.map(([number]) => number)],
    [all, ...cities.map(([, name]) => name)], "");
  fillSelect(control("outcome"), ["", ...outcomes],
    [all, ...outcomes.map((outcome) => word("outcome", outcome))], "");
  const classes = [...new Set(NORMAL.map((verdict) => verdict.class))];
  fillSelect(control("class"), ["*", ...classes],
    [all, ...classes.map((name) => name || say("js.any_class"))], "*");
  offerStates();
  control("class").addEventListener("change", offerTargets);
  for (const name of ["class", "target", "year"]) {
    control(name).addEventListener("change", offerStates);
  }
  for (const name of ["class", "target", "year", "state", "city", "outcome"]) {
    control(name).addEventListener("change", refresh);
  }
  control("text").addEventListener("input", refresh);
  control("scale").addEventListener("change", drawCurves);
  NARROW.addEventListener("change", drawCurves);
  document.getElementById("pairs-more").addEventListener("click", () => {
    view.limit += PAGE;
    fillTable();
    drawCurves();
  });
  for (const heading of table.tHead.rows[0].cells) {
    makeSortable(heading, (direction) => {
      view.sort = { key: heading.dataset.key, direction };
      sortRows();
      fillTable();
    });
  }
  refresh();
}
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", (event) => event.preventDefault());
}
