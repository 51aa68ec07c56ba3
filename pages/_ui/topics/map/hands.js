// What a person does on a map: point, click, drag, zoom, draw around documents, press keys.

// The two parts of a map on the page, the picture and the one that fetches titles, meet here.
const meeting = (globalThis.limnMap ??= new EventTarget());
const titles = (globalThis.limnTitles ??= new Map());

function hands(chart) {
  const { over, stage } = chart, fingers = new Map();
  let pressed = null, pinch = null, asking = 0;
  const place = (event) => {
    const box = over.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const tool = (name) => {
    chart.tool = name;
    for (const button of chart.root.querySelectorAll("[data-tool]"))
      button.setAttribute("aria-pressed", button.dataset.tool === name);
    over.classList.toggle("drawing", name !== "move");
  };
  const zoom = (factor) => chart.zoomAt(chart.width / 2, chart.height / 2, factor);
  const whole = () => { chart.zoom = 1; chart.centre = null; chart.moved(); };
  const does = { in: () => zoom(1.6), out: () => zoom(1 / 1.6), whole,
                 clear: () => chart.clear(), all: () => chart.clear() };
  for (const button of chart.root.querySelectorAll("[data-tool]"))
    button.onclick = () => tool(button.dataset.tool);
  for (const button of chart.root.querySelectorAll("[data-do]"))
    button.onclick = () => does[button.dataset.do]();
  tool(chart.tool);

  over.onpointerdown = (event) => {
    if (!chart.head || event.button) return;
    const [x, y] = place(event);
    fingers.set(event.pointerId, [x, y]);
    if (fingers.size === 2) {
      pinch = spread(fingers);
      pressed = chart.drawn = null;
      return;
    }
    over.setPointerCapture(event.pointerId);
    const draws = chart.tool !== "move" || event.shiftKey;
    const kind = draws ? (chart.tool === "box" ? "box" : "lasso") : "move";
    pressed = { x, y, kind, lastX: x, lastY: y, far: 0 };
    if (draws) chart.drawn = [...chart.at(x, y)];
    chart.hovered = -1;
    hideTip(chart);
  };
  over.onpointermove = (event) => {
    if (!chart.head) return;
    const [x, y] = place(event);
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, [x, y]);
    if (pinch && fingers.size === 2) {
      const now = spread(fingers), view = chart.view;
      chart.centre.x -= (now.x - pinch.x) / view.scaleX;
      chart.centre.y += (now.y - pinch.y) / view.scaleY;
      chart.zoomAt(now.x, now.y, now.far / pinch.far);
      pinch = now;
      return;
    }
    if (!pressed) {
      if (event.pointerType === "mouse") point(chart, x, y);
      return;
    }
    pressed.far = Math.max(pressed.far, Math.hypot(x - pressed.x, y - pressed.y));
    if (pressed.kind === "move") {
      if (pressed.far < 4) return;
      over.classList.add("dragging");
      const view = chart.view;
      chart.centre.x -= (x - pressed.lastX) / view.scaleX;
      chart.centre.y += (y - pressed.lastY) / view.scaleY;
      chart.moved();
    } else if (pressed.kind === "lasso") {
      if (Math.hypot(x - pressed.lastX, y - pressed.lastY) < 3) return;
      chart.drawn.push(...chart.at(x, y));
      chart.overlay();
    } else {
      const [x0, y0] = chart.at(pressed.x, pressed.y), [x1, y1] = chart.at(x, y);
      chart.drawn = [x0, y0, x1, y0, x1, y1, x0, y1];
      chart.overlay();
    }
    pressed.lastX = x;
    pressed.lastY = y;
  };
  const up = (event) => {
    fingers.delete(event.pointerId);
    if (fingers.size < 2) pinch = null;
    over.classList.remove("dragging");
    if (!pressed) return;
    const { kind, far } = pressed, [x, y] = place(event);
    pressed = null;
    const drawn = chart.drawn;
    chart.drawn = null;
    if (event.type === "pointercancel") return chart.overlay();
    if (far < 4) return click(chart, x, y);
    if (kind === "move" || drawn.length < 6) return chart.overlay();
    chart.area = thinned(drawn, 240).map((v) => Math.round(v * 8) / 8);
    chart.mark();
    chart.tellArea();
  };
  over.onpointerup = up;
  over.onpointercancel = up;
  over.onpointerleave = () => { chart.hovered = -1; hideTip(chart); chart.overlay(); };
  over.ondblclick = (event) => { if (chart.tool === "move") chart.zoomAt(...place(event), 2); };
  over.onwheel = (event) => {
    event.preventDefault();
    hideTip(chart);
    chart.zoomAt(...place(event), Math.exp(-Math.max(-240, Math.min(240, event.deltaY)) * 0.0024));
  };
  over.onkeydown = (event) => {
    const step = 60, view = chart.head && chart.view;
    if (!view || event.ctrlKey || event.metaKey || event.altKey) return;
    const go = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step],
                 ArrowDown: [0, -step] }[event.key];
    const keys = { "+": does.in, "=": does.in, "-": does.out, 0: whole,
                   Escape: () => chart.clear() };
    if (go) {
      chart.centre.x += go[0] / view.scaleX;
      chart.centre.y += go[1] / view.scaleY;
      chart.moved();
    } else if (keys[event.key]) keys[event.key]();
    else return;
    event.preventDefault();
  };
  const told = () => { if (chart.hovered >= 0) showTip(chart); };
  meeting.addEventListener("titles", told);
  return () => { clearTimeout(asking); meeting.removeEventListener("titles", told); };
}

const spread = (fingers) => {
  const [[ax, ay], [bx, by]] = fingers.values();
  return { x: (ax + bx) / 2, y: (ay + by) / 2, far: Math.max(1, Math.hypot(ax - bx, ay - by)) };
};

function thinned(polygon, most) {
  const corners = polygon.length / 2, step = Math.max(1, Math.ceil(corners / most)), kept = [];
  for (let i = 0; i < corners; i += step) kept.push(polygon[2 * i], polygon[2 * i + 1]);
  return kept;
}

function click(chart, x, y) {
  const i = chart.under(x, y);
  if (i >= 0) {
    point(chart, x, y); // a finger does not hover, so its tap shows the title too
    chart.clicked = chart.points.places[i];
    chart.tell("clicked", chart.clicked);
    return chart.overlay();
  }
  const name = nameAt(chart, x, y);
  if (name !== undefined && chart.names.has(name)) return chart.choose(name);
  if (chart.clicked >= 0) {
    chart.clicked = -1;
    chart.tell("clicked", null);
  }
  chart.overlay();
}

const nameAt = (chart, x, y) =>
  (chart.named || []).find(([a, b, c, d]) => x > a && x < c && y > b && y < d)?.[4];

function point(chart, x, y) {
  const i = chart.drawn ? -1 : chart.under(x, y);
  const hovered = i < 0 ? -1 : chart.points.places[i];
  chart.over.classList.toggle("pointing", i >= 0 || nameAt(chart, x, y) !== undefined);
  chart.tipAt = [x, y];
  if (hovered === chart.hovered) {
    if (hovered >= 0) placeTip(chart);
    return;
  }
  chart.hovered = hovered;
  chart.overlay();
  if (hovered < 0) return hideTip(chart);
  showTip(chart);
  clearTimeout(chart.asking);
  // Not at once: who passes over a hundred points wants none of their titles.
  if (!titles.has(chart.head.of + hovered)) chart.asking = setTimeout(() => ask(chart, i), 60);
}

// Ask for the titles of a point and of those around it, which the pointer may reach next.
function ask(chart, i) {
  const { points, index } = chart, wanted = [points.places[i]];
  const row = points.ys[i] >> index.shift, column = points.xs[i] >> index.shift;
  for (let far = 0; far < 4 && wanted.length < 60; far++)
    for (let dy = -far; dy <= far; dy++)
      for (let dx = -far; dx <= far; dx++) {
        const r = row + dy, c = column + dx;
        if (Math.max(Math.abs(dx), Math.abs(dy)) < far || r < 0 || c < 0) continue;
        if (r >= index.cells || c >= index.cells) continue;
        const at = r * index.cells + c;
        for (let k = index.starts[at]; k < index.starts[at + 1] && wanted.length < 60; k++) {
          const place = points.places[index.held[k]];
          if (!titles.has(chart.head.of + place)) wanted.push(place);
        }
      }
  meeting.dispatchEvent(new CustomEvent("ask", { detail: { of: chart.head.of, places: wanted } }));
}

function showTip(chart) {
  const tip = chart.find(".tip"), i = chart.position(chart.hovered);
  if (i < 0) return;
  const [title, group] = [titles.get(chart.head.of + chart.hovered), chart.points.groups[i]];
  tip.querySelector("b").textContent = title ?? "…";
  tip.querySelector(".dot").style.background =
    css(chart.head.colours[group][chart.lightBackground ? 0 : 1]);
  tip.querySelector("em").textContent = chart.names.get(group) ?? chart.head.legend.title;
  tip.hidden = false;
  placeTip(chart);
}

function placeTip(chart) {
  const tip = chart.find(".tip"), [x, y] = chart.tipAt;
  const { offsetWidth: wide, offsetHeight: high } = tip;
  tip.style.left = `${Math.max(4, Math.min(x + 14, chart.width - wide - 6))}px`;
  tip.style.top = `${y + 18 + high > chart.height ? Math.max(4, y - high - 12) : y + 18}px`;
}

function hideTip(chart) { chart.find(".tip").hidden = true; }
