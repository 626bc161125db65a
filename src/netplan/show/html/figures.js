// What all charts share, and the charts that need no filter: targets by year, budgets.

const DATA = JSON.parse(document.getElementById("data").textContent);
const say = (key, values = {}) =>
  DATA.texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const word = (group, value) => DATA.texts[`${group}.${value}`] ?? value;
const share = (value, places = 1) => `${+(100 * value).toFixed(places)} %`;

// Colours of Okabe and Ito, Color Universal Design (2008); a symbol or a hatch says the same.
const INK = "#1b2430";
const OUTCOMES = {
  met: { colour: "#56B4E9", symbol: "circle" },
  undecided: { colour: "#E69F00", symbol: "diamond" },
  missed: { colour: "#D55E00", symbol: "x" },
};
const COMPONENT_FILL = {
  propagation: ["#56B4E9", ""], equipment: ["#E69F00", "/"], processing: ["#009E73", "."],
  transmission: ["#F0E442", "x"], queueing: ["#D55E00", "\\"], access: ["#CC79A7", "|"],
  compute: ["#0072B2", "-"],
};
const LINES = [
  ["#0072B2", "solid"], ["#D55E00", "dash"], ["#009E73", "dot"], ["#CC79A7", "dashdot"],
  ["#8a6d00", "longdash"], ["#000000", "longdashdot"],
];

// Row and detail of a pair, as payload.py writes them.
const [VERDICT, SOURCE, TARGET, OUTCOME, REASON, ESTIMATE, LOW, HIGH, FLOOR, LOSS, PACKETS, LENGTH,
  ESTIMATED] = Array.from({ length: 13 }, (_, column) => column);
const [SPLIT, HOPS, REMEDIES, CURVE] = [0, 1, 2, 3];
const verdictOf = (row) => DATA.verdicts[row[VERDICT]];
const siteName = (site) => (site === null ? "–" : DATA.nodes[site][0]);
const pairName = (row) => `${siteName(row[SOURCE])} → ${siteName(row[TARGET])}`;
// Servers and last miles stay at one site.
const hopName = (link, from, to) => {
  const key = `hop.${DATA.links[link]}`;
  if (from === to && key in DATA.texts) return say(key, { node: siteName(from) });
  return `${siteName(from)} → ${siteName(to)}`;
};
const latencyOf = (row) => row[ESTIMATE] ?? row[FLOOR];

Plotly.register({
  moduleType: "locale",
  name: DATA.lang,
  dictionary: {
    Zoom: say("js.zoom"), Pan: say("js.pan"), "Zoom in": say("js.zoom_in"),
    "Zoom out": say("js.zoom_out"), "Reset axes": say("js.reset"),
    "Download plot as a PNG": say("js.picture"), "Download plot": say("js.picture"),
  },
  format: {},
});

const CONFIG = {
  displaylogo: false,
  locale: DATA.lang,
  responsive: true,
  modeBarButtons: [["toImage", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
};
const FONT = { family: getComputedStyle(document.body).fontFamily, size: 13, color: INK };
const AXIS = {
  gridcolor: "#e3e7ed", zerolinecolor: "#c3cad4", linecolor: INK, automargin: true,
  title: { standoff: 8 },
};
const axis = (title, more = {}) => ({ ...AXIS, ...more, title: { text: title, standoff: 8 } });

// Phones, and windows as narrow. Paper is laid out for itself.
const NARROW = matchMedia("screen and (max-width: 700px)");

const drawn = new Set();
const draw = (place, traces, layout) => {
  drawn.add(place);
  // When a window changes, charts take the size of their place.
  place.style.height = `${layout.height}px`;
  Plotly.react(
    place,
    traces,
    {
      font: FONT, paper_bgcolor: "white", plot_bgcolor: "white", hovermode: "closest",
      margin: { l: 60, r: 16, t: 28, b: 48 }, showlegend: false,
      hoverlabel: { align: "left", bgcolor: "white", font: FONT }, ...layout,
    },
    CONFIG,
  );
};

// Charts keep the width of the window, so a printer gets them at the width of its paper.
const PAPER = 690;
addEventListener("beforeprint", () => {
  for (const place of drawn) {
    Plotly.relayout(place, { width: place.closest(".pair-of-charts") ? PAPER / 2 - 12 : PAPER });
  }
});
addEventListener("afterprint", () => {
  for (const place of drawn) Plotly.relayout(place, { width: null, autosize: true });
});

// Verdicts of the normal state; those of failure states hold only pairs that are not met.
const NORMAL = DATA.verdicts.filter((verdict) => verdict.state === "");
const targetNames = [...new Set(NORMAL.map((verdict) => verdict.name))];

const drawYears = () => {
  const [coverage, worst] = ["coverage-chart", "worst-chart"].map((id) =>
    document.getElementById(id));
  const traces = (value, text) =>
    targetNames.map((name, number) => {
      const found = NORMAL.filter((v) => v.name === name && value(v) !== null);
      const [color, dash] = LINES[number % LINES.length];
      return {
        name, x: found.map((v) => v.year), y: found.map(value), mode: "lines+markers",
        line: { color, dash, width: 2 },
        marker: {
          size: 11, symbol: found.map((v) => OUTCOMES[v.outcome].symbol),
          color: found.map((v) => OUTCOMES[v.outcome].colour), line: { color: INK, width: 1 },
        },
        text: found.map((v) =>
          `${name}<br>${v.year}: <b>${word("outcome", v.outcome)}</b><br>${text(v)}`),
        hovertemplate: "%{text}<extra></extra>",
      };
    });
  const xaxis = axis("", { tickvals: DATA.years, tickformat: "d", fixedrange: true,
    range: [DATA.years[0] - 0.3, DATA.years[DATA.years.length - 1] + 0.3] });
  const needed = [...new Set(NORMAL.map((v) => v.needed))].filter((value) => value < 1);
  const line = (y) => ({
    type: "line", xref: "paper", x0: 0, x1: 1, y0: y, y1: y,
    line: { color: INK, width: 1.5, dash: "dash" },
  });
  const note = (y, text) => ({
    xref: "paper", x: 1, y, text, showarrow: false, xanchor: "right", yanchor: "bottom",
    font: { size: 12 },
  });
  draw(coverage, traces((v) => v.coverage, (v) => `${say("js.coverage")} ${share(v.coverage)}`), {
    height: 320, xaxis, title: { text: say("js.coverage"), font: { size: 14 }, x: 0, xref: "paper" },
    yaxis: axis("", { tickformat: ".0%", rangemode: "tozero", range: [0, 1.06], fixedrange: true }),
    shapes: needed.map(line),
    annotations: needed.map((y) => note(y, `${say("js.needed")} ${share(y)}`)),
  });
  const ratios = NORMAL.map((v) => v.worst).filter((value) => value !== null);
  const log = Math.max(...ratios) > 4;
  const annotation = note(log ? 0 : 1, "100 %");
  draw(worst, traces((v) => v.worst, (v) => `${say("js.of_limit")}: ${share(v.worst)}`), {
    height: 320, xaxis,
    title: { text: say("js.of_limit"), font: { size: 14 }, x: 0, xref: "paper" },
    yaxis: axis("", {
      tickformat: ".0%", fixedrange: true,
      ...(log ? { type: "log", dtick: "D2" } : { rangemode: "tozero" }),
    }),
    shapes: [line(1)], annotations: [annotation],
  });
  drawLegend([coverage, worst]);
};

// One legend for both charts, as buttons that a keyboard reaches.
const drawLegend = (places) => {
  const legend = document.getElementById("years-legend");
  targetNames.forEach((name, number) => {
    const [colour, dash] = LINES[number % LINES.length];
    const dashes = { solid: "", dash: "8 4", dot: "2 3", dashdot: "8 3 2 3", longdash: "14 4",
      longdashdot: "14 3 2 3" }[dash];
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-pressed", "true");
    button.innerHTML = `<svg width="36" height="8" aria-hidden="true"><line x1="0" y1="4" x2="36" `
      + `y2="4" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dashes}"/></svg>`;
    button.append(name);
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") === "false";
      button.setAttribute("aria-pressed", String(on));
      for (const place of places) Plotly.restyle(place, { visible: on }, [number]);
    });
    legend.append(button);
  });
};

// Names that are too long for a chart are broken in two.
const broken = (text, most) => {
  if (text.length <= most || !text.includes(" → ")) return text;
  return text.replace(" → ", " →<br>");
};

// Titles that are too long are broken at the first space behind their middle.
const folded = (text, most) => {
  const middle = text.length > most ? text.indexOf(" ", Math.floor(text.length / 2)) : -1;
  return middle < 0 ? text : `${text.slice(0, middle)}<br>${text.slice(middle + 1)}`;
};

// Stacked bars of mean components, one for each row of numbers.
const drawBudget = (place, names, splits, limit) => {
  const narrow = NARROW.matches;
  const labels = names.map((name, row) => `${broken(name, narrow ? 14 : 36)}${"\u200b".repeat(row)}`);
  const traces = DATA.components.map((component, column) => ({
    type: "bar", orientation: "h", name: word("component", component),
    y: labels, x: splits.map((split) => split[column]),
    marker: {
      color: COMPONENT_FILL[component][0], line: { color: INK, width: 0.5 },
      pattern: { shape: COMPONENT_FILL[component][1], bgcolor: COMPONENT_FILL[component][0],
        fgcolor: INK, size: 7, solidity: 0.15 },
    },
    hovertemplate: `%{y}<br>${word("component", component)}: %{x:.4f} ms<extra></extra>`,
  }));
  const longest = Math.max(...splits.map((split) => split.reduce((a, b) => a + b, 0)));
  const near = limit !== null && limit < 3 * longest;
  draw(place, traces, {
    barmode: "stack", bargap: 0.35, height: (narrow ? 160 : 130) + names.length * (narrow ? 44 : 34),
    showlegend: true,
    legend: { orientation: "h", x: 0, xref: "container", y: 1, yref: "container", yanchor: "top",
      traceorder: "normal" },
    margin: { l: 60, r: 16, t: narrow ? 84 : 40, b: narrow ? 64 : 48 },
    xaxis: axis(folded(say("js.mean"), narrow ? 12 : 60), { rangemode: "tozero", fixedrange: true }),
    yaxis: { automargin: true, autorange: "reversed", fixedrange: true, ticklabelstandoff: 4 },
    shapes: near ? [{ type: "line", x0: limit, x1: limit, yref: "paper", y0: 0, y1: 1,
      line: { color: INK, width: 1.5, dash: "dash" } }] : [],
    annotations: near ? [{ x: limit, yref: "paper", y: 1, yanchor: "bottom", showarrow: false,
      text: say("js.limit", { limit }), font: { size: 12 } }] : [],
  });
};

const SEVERITY = { met: 0, undecided: 1, missed: 2 };
const worstFirst = (a, b) => {
  const [p, q] = [DATA.pairs[a], DATA.pairs[b]];
  return SEVERITY[q[OUTCOME]] - SEVERITY[p[OUTCOME]]
    || (q[REASON] === "no_compute") - (p[REASON] === "no_compute")
    || (latencyOf(q) ?? 0) - (latencyOf(p) ?? 0);
};

const drawBudgets = () => document.querySelectorAll(".budget").forEach((place) => {
  const rows = DATA.pairs.map((_, index) => index).filter((index) => {
    const { name, year, state } = verdictOf(DATA.pairs[index]);
    const detail = DATA.details[index];
    return state === "" && name === place.dataset.target && year === Number(place.dataset.year) && detail
      && detail[SPLIT].some((value) => value > 0);
  }).sort(worstFirst).slice(0, Number(place.dataset.shown));
  if (rows.length) {
    drawBudget(place, rows.map((index) => pairName(DATA.pairs[index])),
      rows.map((index) => DATA.details[index][SPLIT]), verdictOf(DATA.pairs[rows[0]]).limit);
  } else place.remove();
});

if (NORMAL.length) drawYears();
drawBudgets();
NARROW.addEventListener("change", drawBudgets);
