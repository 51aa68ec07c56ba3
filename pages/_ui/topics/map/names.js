// The names on a map and the list beside it.

function numbers(colour) {
  if (colour.startsWith("#")) {
    const long = colour.length < 6 ? colour.replace(/[0-9a-f]/gi, "$&$&") : colour;
    return [1, 3, 5].map((i) => parseInt(long.slice(i, i + 2), 16));
  }
  return (colour.match(/[\d.]+/g) || [255, 255, 255]).slice(0, 3).map(Number);
}

const light = (colour) => {
  const [red, green, blue] = Array.isArray(colour) ? colour : numbers(colour);
  return red * 0.299 + green * 0.587 + blue * 0.114 > 140;
};

const css = ([red, green, blue]) => `rgb(${red},${green},${blue})`;

// Write the names that find room, the largest topics first; the nearer one looks, the more there
// are. Returns where they stand: [left, top, right, bottom, group].
function labels(chart, context, screen) {
  const taken = [], { head, width, height } = chart, small = width < 520;
  const most = head.labels.length ? head.labels[0].size : 1;
  const ink = chart.style("--st-text-color"), paper = css(chart.paper);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  for (const label of head.labels) {
    const [x, y] = screen(label.x, label.y);
    if (x < -80 || y < -20 || x > width + 80 || y > height + 20) continue;
    const aside = chart.some && label.group >= 0 && !chart.seen.has(label.group);
    if (aside && chart.chosen.size) continue;
    const tall = (small ? 11 : 12) + (small ? 2 : 4) * Math.sqrt(label.size / most);
    context.font = `600 ${tall.toFixed(1)}px ${chart.style("--st-font") || "sans-serif"}`;
    const lines = wrapped(label.text, small ? 16 : 24);
    const half = Math.max(...lines.map((line) => context.measureText(line).width)) / 2 + 5;
    const rise = lines.length * tall * 0.6 + 4;
    const middle = Math.min(Math.max(x, half + 2), width - half - 2);
    const box = [middle - half, y - rise, middle + half, y + rise];
    const clash = ([a, b, c, d]) => box[0] < c && box[2] > a && box[1] < d && box[3] > b;
    if ((box[1] < 50 && box[0] < 250) || taken.some(clash)) continue;
    taken.push([...box, label.group]);
    context.lineWidth = 3.6;
    lines.forEach((line, i) => {
      const down = y + (i - (lines.length - 1) / 2) * tall * 1.15;
      context.strokeStyle = paper;
      context.globalAlpha = 0.86;
      context.strokeText(line, middle, down);
      context.globalAlpha = aside ? 0.45 : 1;
      context.fillStyle = ink;
      context.fillText(line, middle, down);
      context.globalAlpha = 1;
    });
  }
  return taken;
}

function wrapped(text, most) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1];
    if (line && line.length + word.length >= most) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  const cut = (line) => (line.length > most + 6 ? `${line.slice(0, most + 5)}…` : line);
  if (lines.length > 2) return [cut(lines[0]), `${cut(lines[1])}…`];
  return lines.map(cut);
}

function legend(chart) {
  const { head, find } = chart, { legend: told } = head;
  const list = chart.find("ul"), onLight = chart.lightBackground;
  chart.find(".by").textContent = told.title;
  const ramp = told.kind === "ramp";
  chart.find(".scale").hidden = !ramp;
  if (ramp) {
    const steps = told.ramp.map((group) => css(head.colours[group][onLight ? 0 : 1]));
    chart.find(".ramp").style.background = `linear-gradient(90deg, ${steps.join(", ")})`;
    const [from, to] = chart.root.querySelectorAll(".ends span");
    [from.textContent, to.textContent] = told.ends;
  }
  const search = chart.find("input");
  search.hidden = told.entries.length < 13;
  if (search.hidden) search.value = "";
  list.replaceChildren(...told.entries.map((entry) => {
    const row = document.createElement("li"), button = document.createElement("button");
    const dot = document.createElement("i"), name = document.createElement("span");
    const count = document.createElement("span");
    dot.className = "dot";
    dot.style.background = css(head.colours[entry.group][onLight ? 0 : 1]);
    name.className = "name";
    name.textContent = entry.name;
    count.className = "count";
    count.textContent = entry.count.toLocaleString("en");
    button.title = `${entry.name}: click to see only these, again for all`;
    button.dataset.group = entry.group;
    button.append(dot, name, count);
    button.onclick = () => chart.choose(entry.group);
    button.onpointerenter = (event) => {
      if (event.pointerType === "mouse") { chart.lookedAt = entry.group; chart.mark(); }
    };
    button.onpointerleave = () => {
      if (chart.lookedAt >= 0) { chart.lookedAt = -1; chart.mark(); }
    };
    row.append(button);
    return row;
  }));
  chart.names = new Map(told.entries.map((entry) => [entry.group, entry.name]));
  search.oninput = () => legendFilter(chart);
  legendFilter(chart);
  legendPressed(chart);
}

function legendFilter(chart) {
  const wanted = chart.find("input").value.trim().toLowerCase();
  for (const button of chart.root.querySelectorAll("li button"))
    button.parentElement.hidden = !button.querySelector(".name").textContent.toLowerCase().includes(wanted);
}

function legendPressed(chart) {
  for (const button of chart.root.querySelectorAll("li button"))
    button.setAttribute("aria-pressed", chart.chosen.has(Number(button.dataset.group)));
}
