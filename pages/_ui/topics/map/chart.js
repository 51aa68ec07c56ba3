// One map: its points, how it is looked at, and what of it stands out.

const FAR = 96; // most zoom
const STRETCH = 1.35; // how much wider than high it may be drawn than it is
const REACH = 9; // how near the pointer must be to a point, in pixels

class Chart {
  constructor(root, tell) {
    this.root = root;
    this.tell = tell;
    this.find = (name) => root.querySelector(name);
    this.stage = this.find(".stage");
    this.base = this.find(".base");
    this.over = this.find(".over");
    this.zoom = 1;
    this.centre = null;
    this.tool = "move";
    this.area = null; // polygon in the points' own numbers
    this.chosen = new Set(); // groups picked in the list
    this.lookedAt = -1; // group under the pointer in the list
    this.clicked = -1;
    this.sample = Infinity;
  }

  // Take what the server sent: a header and arrays, as map_view.py packs them.
  take(bytes) {
    if (this.bytes === bytes) return;
    this.bytes = bytes;
    const buffer = bytes.slice().buffer;
    const length = new DataView(buffer).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    const at = 4 + Math.ceil(length / 4) * 4, n = head.n;
    const pairs = new Uint16Array(buffer, at, 2 * n);
    const groups = new Uint16Array(buffer, at + 4 * n, n);
    const lit = head.lit ? new Uint8Array(buffer, at + 6 * n, n) : null;
    const order = mixed(n);
    const points = { xs: new Uint16Array(n), ys: new Uint16Array(n), groups: new Uint16Array(n),
                     lit: lit && new Uint8Array(n), places: order };
    for (let i = 0; i < n; i++) {
      const place = order[i];
      points.xs[i] = pairs[2 * place];
      points.ys[i] = pairs[2 * place + 1];
      points.groups[i] = groups[place];
      if (lit) points.lit[i] = lit[place];
    }
    const before = this.chosen.size, known = new Set(head.legend.entries.map((one) => one.group));
    if (this.head && this.head.legend.title !== head.legend.title) this.chosen.clear();
    for (const group of this.chosen) if (!known.has(group)) this.chosen.delete(group);
    const dropped = this.chosen.size < before;
    if (!this.head || this.head.shape !== head.shape) {
      this.centre = null;
      this.area = null;
      this.clicked = -1;
    }
    this.head = head;
    this.points = points;
    this.index = null;
    this.shown = new Uint8Array(n);
    this.over.setAttribute("aria-label", head.alt);
    legend(this);
    this.mark();
    if (dropped) this.tellArea();
  }

  get lightBackground() { return light(this.style("--st-background-color")); }

  style(name) { return getComputedStyle(this.stage).getPropertyValue(name).trim(); }

  // What stands out: 0 faded, 1 as always, 2 found by a search.
  mark() {
    const { points, chosen, lookedAt, area, shown } = this, n = shown.length;
    const box = area && bounds(area);
    this.count = 0;
    this.seen = new Set(); // groups of which something stands out
    for (let i = 0; i < n; i++) {
      const group = points.groups[i];
      let on = !points.lit || points.lit[i] > 0;
      if (on && lookedAt >= 0) on = group === lookedAt;
      else if (on && chosen.size) on = chosen.has(group);
      if (on && area) {
        const x = points.xs[i], y = points.ys[i];
        on = x >= box.left && x <= box.right && y >= box.low && y <= box.high && inside(area, x, y);
      }
      shown[i] = on ? (points.lit ? 2 : 1) : 0;
      if (on) { this.count++; this.seen.add(group); }
    }
    this.some = this.count < n;
    const few = (m) => m.toLocaleString("en");
    this.find(".says").textContent =
      this.some ? `${few(this.count)} of ${few(n)} documents` : `${few(n)} documents`;
    this.find(".clear").hidden = !area && !chosen.size;
    this.find("[data-do=all]").hidden = !chosen.size;
    this.soon();
  }

  get view() {
    const { width, height } = this;
    const [wide, high] = this.head.span;
    this.centre ||= { x: wide / 2, y: high / 2 };
    // Neither axis of such a map means anything, so it may be a little wider or higher than it is.
    const across = (width - 56) / wide, up = (height - 56) / high, least = Math.min(across, up);
    const scaleX = Math.min(across, least * STRETCH) * this.zoom;
    const scaleY = Math.min(up, least * STRETCH) * this.zoom;
    return { scaleX, scaleY, left: width / 2 - this.centre.x * scaleX,
             top: height / 2 + this.centre.y * scaleY };
  }

  at(x, y) {
    const view = this.view;
    return [(x - view.left) / view.scaleX, (view.top - y) / view.scaleY];
  }

  resize() {
    const box = this.stage.getBoundingClientRect();
    const dense = Math.min(2, window.devicePixelRatio || 1);
    this.width = Math.max(1, Math.floor(box.width));
    this.height = Math.max(1, Math.floor(box.height));
    this.dense = dense;
    for (const canvas of [this.base, this.over]) {
      canvas.width = this.width * dense;
      canvas.height = this.height * dense;
    }
    this.image = null;
    this.soon();
  }

  // Look from elsewhere: keep what is under (x, y) there and zoom by `factor`.
  zoomAt(x, y, factor) {
    const [px, py] = this.at(x, y);
    this.zoom = Math.min(FAR, Math.max(0.6, this.zoom * factor));
    const [qx, qy] = this.at(x, y);
    this.centre.x += px - qx;
    this.centre.y += py - qy;
    this.moved();
  }

  moved() {
    this.moving = true;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => { this.moving = false; this.soon(); }, 140);
    this.soon();
  }

  soon() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => { this.waiting = 0; this.paint(); });
  }

  paint() {
    if (!this.head || !this.width) return;
    const started = performance.now(), { dense, points, shown, head } = this;
    const width = this.base.width, height = this.base.height, n = shown.length;
    const context = this.base.getContext("2d", { alpha: false });
    this.image ||= context.createImageData(width, height);
    const pixels = new Uint32Array(this.image.data.buffer);
    const paper = numbers(this.style("--st-background-color")), onLight = light(paper);
    this.paper = paper;
    pixels.fill(packed(paper));
    const view = this.view;
    const scaled = { scaleX: view.scaleX * dense, scaleY: view.scaleY * dense,
                     left: view.left * dense, top: view.top * dense };
    const colours = head.colours.map((pair) => packed(pair[onLight ? 0 : 1]));
    const most = this.moving ? Math.min(n, this.sample) : n;
    const room = Math.sqrt(this.width * this.height / n) * 0.16;
    const radius = dense * Math.min(5, Math.max(0.45, Math.min(room, 3.4)) * this.zoom ** 0.3);
    if (this.some) {
      const faded = head.colours.map((pair) =>
        packed(between(paper, between(pair[onLight ? 0 : 1], [140, 145, 150], 0.7), 0.26)));
      stamp(pixels, width, height, points, scaled, faded, shown, 0, disc(radius, 0.7), most);
    }
    const strength = n > 300000 && this.zoom < 3 ? 0.55 : 0.82;
    stamp(pixels, width, height, points, scaled, colours, shown, 1,
          disc(radius * (this.some ? 1.15 : 1), strength), most);
    if (points.lit)
      stamp(pixels, width, height, points, scaled, colours, shown, 2,
            disc(Math.max(radius * 1.5, 2.6 * dense), 0.95), n);
    context.putImageData(this.image, 0, 0);
    const took = performance.now() - started;
    // While it moves, as many points as fit into a frame; at rest, all of them.
    this.sample = Math.max(40000, Math.round(most * 26 / Math.max(took, 1)));
    this.overlay();
    this.stage.dataset.painted = n; // for whoever measures: all n points of this data are seen
    this.stage.dataset.took = took.toFixed(1);
  }

  overlay() {
    const context = this.over.getContext("2d"), { dense, view } = this;
    context.setTransform(dense, 0, 0, dense, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    const screen = (x, y) => [x * view.scaleX + view.left, view.top - y * view.scaleY];
    this.named = labels(this, context, screen);
    const accent = this.style("--st-primary-color");
    const outline = (polygon, closed) => {
      context.beginPath();
      for (let i = 0; i < polygon.length; i += 2) context.lineTo(...screen(polygon[i], polygon[i + 1]));
      if (closed) context.closePath();
      context.strokeStyle = accent;
      context.lineWidth = 1.6;
      context.setLineDash(closed ? [] : [5, 4]);
      context.stroke();
      context.globalAlpha = 0.07;
      context.fillStyle = accent;
      context.fill();
      context.globalAlpha = 1;
      context.setLineDash([]);
    };
    if (this.drawn) outline(this.drawn, false);
    else if (this.area) outline(this.area, true);
    for (const [place, wide] of [[this.clicked, 2.4], [this.hovered ?? -1, 1.4]]) {
      const i = this.position(place);
      if (i < 0) continue;
      context.beginPath();
      context.arc(...screen(this.points.xs[i], this.points.ys[i]), 7, 0, 7);
      context.strokeStyle = this.style("--st-text-color");
      context.lineWidth = wide;
      context.stroke();
    }
  }

  // Where in the mixed order a place stands.
  position(place) {
    if (place < 0) return -1;
    if (this.kept?.place !== place || this.kept.of !== this.points)
      this.kept = { place, of: this.points, at: this.points.places.indexOf(place) };
    return this.kept.at;
  }

  under(x, y) {
    this.index ||= grid(this.points);
    const [px, py] = this.at(x, y), { scaleX, scaleY } = this.view;
    const wanted = (i) => !this.some || this.shown[i] > 0;
    return nearest(this.index, this.points, px, py, REACH / scaleX, REACH / scaleY, wanted);
  }

  tellArea() {
    this.tell("area", this.area || this.chosen.size
      ? { polygon: this.area, groups: [...this.chosen] } : null);
  }

  choose(group) {
    if (!this.chosen.delete(group)) this.chosen.add(group);
    legendPressed(this);
    this.mark();
    this.tellArea();
  }

  clear() {
    this.area = null;
    this.chosen.clear();
    legendPressed(this);
    this.mark();
    this.tellArea();
  }
}
