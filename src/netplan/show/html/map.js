// The map: prefectures, links by load, sites by role, sources of missed pairs.

const LOADS = [
  { most: 0.5, colour: "#a9b3c0", width: 1, dash: "solid" },
  { most: 0.8, colour: "#0072B2", width: 1.8, dash: "solid" },
  { most: 1, colour: "#E69F00", width: 3, dash: "solid" },
  { most: Infinity, colour: "#D55E00", width: 4, dash: "6px 2px" },
];
const ROLES = {
  transit: ["circle-open", 4, "#8a94a3"],
  access: ["circle", 5, "#6b7787"],
  aggregation: ["triangle-up", 8, "#ffffff"],
  core: ["square", 11, "#ffffff"],
  compute: ["diamond", 10, "#CC79A7"],
  hub: ["hexagon", 12, "#F0E442"],
};

const fillSelect = (select, values, names, chosen) => {
  select.replaceChildren(...values.map((value, index) => new Option(names[index], value)));
  select.value = chosen;
};

// The normal state, and failure states; what was chosen stays if it is still there.
const fillStates = (select, states) => {
  const chosen = states.includes(select.value) ? select.value : "";
  fillSelect(select, ["", ...states], [say("js.normal"), ...states], chosen);
  select.disabled = states.length === 0;
};

// The target and the year that a reader looks at first: the last year, a target that is missed.
const firstChoice = () => {
  const year = DATA.years[DATA.years.length - 1];
  if (!NORMAL.length) return { year, target: "" };
  const verdicts = NORMAL.filter((verdict) => verdict.year === year);
  const worst = Math.max(...verdicts.map((verdict) => SEVERITY[verdict.outcome]));
  return { year, target: verdicts.find((verdict) => SEVERITY[verdict.outcome] === worst).name };
};

const located = (site) => DATA.nodes[site][3] !== null;
const longitude = (site) => DATA.nodes[site][4];
const latitude = (site) => DATA.nodes[site][3];

// Links that are down in a failure state.
const downIn = (year, state) =>
  new Set((DATA.states.find(([y, name]) => y === year && name === state) ?? [0, "", []])[2]);

// Both directions of a link are one line, as loaded as the busier one.
const linesOf = (year) => {
  const lines = new Map();
  for (const [link, from, to, loads] of DATA.channels) {
    if (loads[year] === undefined || !located(from) || !located(to)) continue;
    const line = lines.get(link) ?? { link, ends: [from, to], ways: [] };
    line.ways.push(`${siteName(from)} → ${siteName(to)}: ${share(loads[year], 0)}`);
    line.load = Math.max(line.load ?? 0, loads[year]);
    lines.set(link, line);
  }
  return [...lines.values()];
};

const linkTraces = (year, frame, down) => {
  const [west, south, east, north] = frame;
  const inside = (x, y) => x >= west && x <= east && y >= south && y <= north;
  const lines = linesOf(year);
  const styleOf = (line) => LOADS.findIndex((style) => line.load < style.most);
  const traces = LOADS.map((style, index) => {
    const of = lines.filter((line) => styleOf(line) === index && !down.has(line.link));
    return {
      mode: "lines", name: say(`js.load_${index}`), legendgroup: `load${index}`, hoverinfo: "skip",
      x: of.flatMap(({ ends }) => [...ends.map(longitude), null]),
      y: of.flatMap(({ ends }) => [...ends.map(latitude), null]),
      line: { color: style.colour, width: style.width, dash: style.dash },
    };
  }).filter((trace) => trace.x.length);
  const gone = lines.filter((line) => down.has(line.link));
  if (gone.length) {
    traces.push({
      mode: "lines", name: say("js.down"), hoverinfo: "skip",
      x: gone.flatMap(({ ends }) => [...ends.map(longitude), null]),
      y: gone.flatMap(({ ends }) => [...ends.map(latitude), null]),
      line: { color: INK, width: 3, dash: "dot" },
    });
  }
  // Lines answer the mouse at their corners only, so a point half way stands for each.
  const middle = lines.map(({ ends }) => {
    const within = ends.filter((site) => inside(longitude(site), latitude(site)));
    const part = within.length === 1 ? 0.15 : 0.5;
    const [a, b] = within.length === 1 && within[0] !== ends[0] ? [ends[1], ends[0]] : ends;
    return [longitude(a) + part * (longitude(b) - longitude(a)),
      latitude(a) + part * (latitude(b) - latitude(a))];
  });
  traces.push({
    mode: "markers", x: middle.map(([x]) => x), y: middle.map(([, y]) => y), showlegend: false,
    marker: { size: 12, opacity: 0 },
    text: lines.map((line) =>
      `<b>${DATA.links[line.link]}</b><br>${say("js.offered")}:<br>${line.ways.join("<br>")}`),
    hovertemplate: "%{text}<extra></extra>",
  });
  return traces;
};

const siteTraces = (year) => {
  const present = new Set();
  for (const [, from, to, loads] of DATA.channels) {
    if (loads[year] !== undefined) present.add(from).add(to);
  }
  return Object.entries(ROLES).map(([role, [symbol, size, color]]) => {
    const sites = [...present].filter((site) => DATA.nodes[site][1] === role && located(site));
    return {
      mode: "markers", name: word("role", role),
      x: sites.map(longitude), y: sites.map(latitude),
      marker: { symbol, size, color, line: { color: INK, width: role === "access" ? 0 : 1 } },
      text: sites.map((site) => {
        const people = DATA.nodes[site][5];
        const more = people ? `<br>${say("js.people", { n: people.toLocaleString() })}` : "";
        return `<b>${siteName(site)}</b><br>${word("role", role)}${more}`;
      }),
      hovertemplate: "%{text}<extra></extra>",
    };
  }).filter((trace) => trace.x.length);
};

const missedTrace = (target, year, state) => {
  const counts = new Map();
  for (const row of DATA.pairs) {
    const verdict = verdictOf(row);
    if (verdict.name === target && verdict.year === year && verdict.state === state
      && row[OUTCOME] === "missed" && located(row[SOURCE])) counts.set(row[SOURCE], (counts.get(row[SOURCE]) ?? 0) + 1);
  }
  const sites = [...counts.keys()];
  return {
    mode: "markers", name: say("js.missed_source"),
    x: sites.map(longitude), y: sites.map(latitude),
    marker: { symbol: "x", size: 12, color: "#D55E00", line: { color: INK, width: 1 } },
    text: sites.map((site) =>
      `<b>${siteName(site)}</b><br>${say("js.missed_pairs", { n: counts.get(site) })}`),
    hovertemplate: "%{text}<extra></extra>",
  };
};

// Where a city's name stands: the first corner of its site that no other name or site covers.
const placeNames = (cities, scale, size) => {
  const taken = cities.map(([x, y]) => [x * scale.x - 6, -y * scale.y - 6, 12, 12]);
  const overlap = ([x, y, w, h]) => taken.reduce((sum, [u, v, p, q]) =>
    sum + Math.max(0, Math.min(x + w, u + p) - Math.max(x, u))
      * Math.max(0, Math.min(y + h, v + q) - Math.max(y, v)), 0);
  return cities.map(([lon, lat, text]) => {
    const width = [...text].reduce((sum, sign) => sum + (sign > "\u2e80" ? 1 : 0.62), 0) * size;
    const corners = [[1, -1], [1, 1], [-1, -1], [-1, 1]].map(([right, below]) => {
      const x = lon * scale.x + (right > 0 ? 7 : -7 - width);
      const y = -lat * scale.y + (below > 0 ? 3 : -3 - size);
      return { right, below, box: [x, y, width, size] };
    });
    const costs = corners.map(({ box }) => overlap(box));
    const best = corners[costs.indexOf(Math.min(...costs))];
    taken.push(best.box);
    return {
      x: lon, y: lat, text: `<b>${text}</b>`, showarrow: false, font: { size },
      xanchor: best.right > 0 ? "left" : "right", yanchor: best.below > 0 ? "top" : "bottom",
      xshift: 6 * best.right, yshift: -2 * best.below, bgcolor: "rgba(255,255,255,.65)",
      borderpad: 0,
    };
  });
};

const drawMap = () => {
  const place = document.getElementById("map-chart");
  const target = document.getElementById("map-target").value;
  const year = Number(document.getElementById("map-year").value);
  const state = document.getElementById("map-state").value;
  const { frame: [west, south, east, north], rings, cities, exits } = DATA.ground;
  const stretch = 1 / Math.cos(((south + north) / 2) * (Math.PI / 180));
  const width = Math.min(place.clientWidth, 1152);
  const drawnHeight = Math.max(320, Math.min(760, (width - 40) * stretch * (north - south)
    / (east - west)));
  const height = drawnHeight + (NARROW.matches ? 190 : 90);
  // Pixels to a degree: the narrower of width and height decides.
  const perDegree = Math.min((width - 16) / (east - west),
    drawnHeight / (north - south) / stretch);
  const scale = { x: perDegree, y: perDegree * stretch };
  const land = rings === null ? [] : [{
    mode: "lines", name: say("js.boundaries"), x: rings[0], y: rings[1], hoverinfo: "skip",
    line: { color: "#b9a98a", width: 1 }, fill: "toself", fillcolor: "#faf7f0",
  }];
  const missed = missedTrace(target, year, state);
  const label = (more) => ({ showarrow: false, ...more });
  draw(place, [...land, ...linkTraces(year, DATA.ground.frame, downIn(year, state)), ...siteTraces(year),
    ...(missed.x.length ? [missed] : [])], {
    height, showlegend: true, dragmode: "pan",
    legend: { orientation: "h", x: 0, y: -0.02, yanchor: "top", itemsizing: "constant" },
    margin: { l: 8, r: 8, t: 28, b: 8 },
    xaxis: { range: [west, east], visible: false, constrain: "domain" },
    yaxis: { range: [south, north], visible: false, scaleanchor: "x", scaleratio: stretch,
      constrain: "domain" },
    annotations: [
      ...(rings === null ? [] : [label({
        xref: "paper", yref: "paper", x: 1, y: 0, xanchor: "right", yanchor: "bottom",
        text: say("js.schematic"), font: { size: 11, color: "#566273" },
      })]),
      ...placeNames(cities, scale, NARROW.matches ? 11 : 13),
      ...exits.map(([x, y, names]) => label({
        x, y, text: `<i>→ ${names.join("<br>→ ")}</i>`, font: { size: 11 },
        xanchor: x < (west + east) / 2 ? "left" : "right",
        yanchor: y < (south + north) / 2 ? "bottom" : "top",
        align: "left", bgcolor: "rgba(255,255,255,.8)",
      })),
    ],
  });
};

if (DATA.ground && DATA.years.length) {
  const choice = firstChoice();
  document.getElementById("map-chart").replaceChildren();
  fillSelect(document.getElementById("map-target"), targetNames, targetNames, choice.target);
  fillSelect(document.getElementById("map-year"), DATA.years, DATA.years, choice.year);
  const states = () => fillStates(document.getElementById("map-state"),
    DATA.states.filter(([year]) => year === Number(document.getElementById("map-year").value))
      .map(([, name]) => name));
  document.getElementById("map-year").addEventListener("change", states);
  for (const id of ["map-target", "map-year", "map-state"]) {
    document.getElementById(id).addEventListener("change", drawMap);
  }
  NARROW.addEventListener("change", drawMap);
  states();
  drawMap();
}
