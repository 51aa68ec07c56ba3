// The data in this page in, a map one can drag, zoom, search and colour out.
"use strict";
const by = (id) => document.getElementById(id);
const say = (text) => { const wait = by("wait"); wait.textContent = text; wait.hidden = !text; };

async function unpack(name) {
  const packed = by(`data-${name}`).textContent;
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  by(`data-${name}`).remove();
  return new Response(stream).arrayBuffer();
}

const VERTEX = `attribute vec2 place; attribute vec3 colour; attribute float lit;
uniform vec2 scale, shift; uniform float size; varying vec4 shade;
void main() { gl_Position = vec4(place * scale + shift, 0.0, 1.0);
  gl_PointSize = size * (lit > 0.5 ? 1.0 : 0.7); shade = vec4(colour, lit > 0.5 ? 0.85 : 0.1); }`;
const FRAGMENT = `precision mediump float; varying vec4 shade;
void main() { float far = length(gl_PointCoord - 0.5); if (far > 0.5) discard;
  gl_FragColor = vec4(shade.rgb, shade.a * smoothstep(0.5, 0.38, far)); }`;

function painter(canvas, points) {
  const gl = canvas.getContext("webgl", { antialias: false, premultipliedAlpha: false, preserveDrawingBuffer: true });
  if (!gl) throw new Error("This browser draws no WebGL, which the map needs; try another one.");
  const program = gl.createProgram();
  for (const [kind, code] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, code); gl.compileShader(shader); gl.attachShader(program, shader);
  }
  gl.linkProgram(program); gl.useProgram(program);
  gl.enable(gl.BLEND); gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
  const bind = (name, width, type, scaled) => {
    const buffer = gl.createBuffer(), at = gl.getAttribLocation(program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(at); gl.vertexAttribPointer(at, width, type, scaled, 0, 0);
    return (data) => { gl.bindBuffer(gl.ARRAY_BUFFER, buffer); gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW); };
  };
  bind("place", 2, gl.UNSIGNED_SHORT, false)(points);
  const setColours = bind("colour", 3, gl.UNSIGNED_BYTE, true), setLit = bind("lit", 1, gl.UNSIGNED_BYTE, false);
  const of = (name) => gl.getUniformLocation(program, name);
  const paint = (scale, shift, size) => {
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0); gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(of("scale"), ...scale); gl.uniform2f(of("shift"), ...shift); gl.uniform1f(of("size"), size);
    gl.drawArrays(gl.POINTS, 0, points.length / 2);
  };
  return { setColours, setLit, paint };
}

async function start() {
  const [headBytes, pointBytes, topicBytes, groupBytes, titleBytes, linkBytes] =
    await Promise.all(["head", "points", "assigned", "groups", "titles", "links"].map(unpack));
  const read = (bytes) => new TextDecoder().decode(bytes);
  const head = JSON.parse(read(headBytes)), n = head.n;
  const points = new Uint16Array(pointBytes), topic = new Int32Array(topicBytes);
  const groups = new Uint16Array(groupBytes), links = read(linkBytes).split("\n");
  const titles = read(titleBytes).split("\n"), small = titles.map((one) => one.toLowerCase());
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let night = dark.matches, chosen = 0, only = -1, term = "";
  const box = by("map"), glass = by("points"), over = by("names"), pen = over.getContext("2d");
  const { setColours, setLit, paint } = painter(glass, points);
  const lit = new Uint8Array(n).fill(1);
  const view = { x: 0, y: 0, zoom: 1 };

  const base = () => 0.92 * Math.min(box.clientWidth / head.span[0], box.clientHeight / head.span[1]);
  const whole = () => { view.x = head.span[0] / 2; view.y = head.span[1] / 2; view.zoom = 1; };
  const screen = (x, y) => { const s = base() * view.zoom;
    return [box.clientWidth / 2 + (x - view.x) * s, box.clientHeight / 2 - (y - view.y) * s]; };
  const place = (left, top) => { const s = base() * view.zoom;
    return [view.x + (left - box.clientWidth / 2) / s, view.y - (top - box.clientHeight / 2) / s]; };

  let due = false;
  const draw = () => { if (!due) { due = true; requestAnimationFrame(() => { due = false; now(); }); } };
  function now() {
    const dots = devicePixelRatio || 1, wide = box.clientWidth, high = box.clientHeight, s = base() * view.zoom;
    for (const one of [glass, over]) { const w = Math.round(wide * dots), h = Math.round(high * dots);
      if (one.width !== w || one.height !== h) { one.width = w; one.height = h; } }
    const size = Math.max(1.6, Math.min(9, 190 / Math.sqrt(n) * Math.pow(view.zoom, 0.45))) * dots;
    paint([2 * s / wide, 2 * s / high], [-view.x * 2 * s / wide, -view.y * 2 * s / high], size);
    pen.setTransform(dots, 0, 0, dots, 0, 0); pen.clearRect(0, 0, wide, high);
    names(wide, high);
  }
  function names(wide, high) {
    const ink = getComputedStyle(document.documentElement), taken = [];
    pen.textAlign = "center"; pen.textBaseline = "middle"; pen.lineJoin = "round";
    for (const one of head.topics) {
      const [x, y] = screen(...one.at);
      if (x < 0 || y < 0 || x > wide || y > high) continue;
      const tall = (wide < 600 ? 0.82 : 1) * Math.max(12, Math.min(18, 11 + 10 * Math.sqrt(one.size / n) + 1.5 * Math.log2(view.zoom)));
      pen.font = `600 ${tall}px system-ui, sans-serif`;
      const half = pen.measureText(one.name).width / 2 + 5, up = tall * 0.75;
      const mid = Math.max(half, Math.min(wide - half, x));
      if (taken.some((t) => Math.abs(t[0] - mid) < t[2] + half && Math.abs(t[1] - y) < t[3] + up)) continue;
      taken.push([mid, y, half, up]);
      pen.lineWidth = 4; pen.strokeStyle = ink.getPropertyValue("--page"); pen.strokeText(one.name, mid, y);
      pen.fillStyle = ink.getPropertyValue("--ink"); pen.fillText(one.name, mid, y);
    }
    over.dataset.names = taken.length;
  }

  function colour() {
    const palette = head.colourings[chosen].colours, data = new Uint8Array(3 * n);
    for (let i = 0; i < n; i++) data.set(palette[groups[chosen * n + i]][night ? 1 : 0], 3 * i);
    setColours(data); key(); draw();
  }
  function key() {
    const kept = head.colourings[chosen], list = by("key");
    list.replaceChildren(...kept.entries.map(([group, name, size]) => {
      const one = document.createElement("button"), dot = document.createElement("span"), count = document.createElement("span");
      one.type = "button"; one.className = "one" + (only === group ? " on" : "");
      one.setAttribute("aria-pressed", only === group);
      dot.className = "dot"; dot.style.background = `rgb(${kept.colours[group][night ? 1 : 0]})`;
      count.className = "size"; count.textContent = size.toLocaleString("en");
      one.append(count, dot, name);
      const about = chosen === 0 && head.topics.find((t) => t.group === group);
      if (about) {
        const words = document.createElement("span");
        words.className = "words"; words.textContent = about.words.slice(0, 6).join(", "); one.append(words);
      }
      one.onclick = () => { only = only === group ? -1 : group; light(); key(); };
      const row = document.createElement("li"); row.append(one); return row;
    }));
  }
  function light() {
    const words = term.toLowerCase().split(/\s+/).filter(Boolean), hits = [];
    let count = 0;
    for (let i = 0; i < n; i++) {
      const on = (only < 0 || groups[chosen * n + i] === only) && words.every((word) => small[i].includes(word));
      lit[i] = on ? 1 : 0;
      if (on) { count++; if (words.length && hits.length < 100) hits.push(i); }
    }
    setLit(lit); draw();
    const told = document.createElement("p");
    told.textContent = `${count.toLocaleString("en")} found` + (count > hits.length ? `; the first ${hits.length}:` : "");
    by("hits").replaceChildren(...(words.length ? [told, ...hits.map((i) => {
      const one = document.createElement("button");
      one.type = "button"; one.className = "one"; one.textContent = titles[i];
      one.onclick = () => { view.x = points[2 * i]; view.y = points[2 * i + 1]; view.zoom = Math.max(view.zoom, 8); draw(); open(i); };
      return one;
    })] : []));
  }
  const open = (i) => { if (links[i]) window.open(links[i], "_blank", "noopener"); };

  function nearest(left, top) {
    const [x, y] = place(left, top);
    let best = -1, least = Math.pow(9 / (base() * view.zoom), 2);
    for (let i = 0; i < n; i++) {
      if (!lit[i]) continue;
      const far = (points[2 * i] - x) ** 2 + (points[2 * i + 1] - y) ** 2;
      if (far < least) { least = far; best = i; }
    }
    return best;
  }
  function tip(event) {
    const frame = box.getBoundingClientRect(), i = nearest(event.clientX - frame.left, event.clientY - frame.top);
    const shown = by("tip");
    box.classList.toggle("over", i >= 0 && !!links[i]); shown.hidden = i < 0;
    if (i < 0) return;
    const where = document.createElement("small");
    where.textContent = topic[i] < 0 ? "In no topic" : head.topics[topic[i]].name;
    shown.replaceChildren(titles[i], where);
    shown.style.left = `${Math.max(8, Math.min(event.clientX + 14, innerWidth - shown.offsetWidth - 8))}px`;
    shown.style.top = `${Math.max(8, Math.min(event.clientY + 14, innerHeight - shown.offsetHeight - 8))}px`;
  }
  function zoom(by_, left, top) {
    const before = place(left, top);
    view.zoom = Math.max(0.5, Math.min(400, view.zoom * by_));
    const after = place(left, top);
    view.x += before[0] - after[0]; view.y += before[1] - after[1]; draw();
  }
  const fingers = new Map();
  let moved = 0;
  box.onpointerdown = (event) => { box.setPointerCapture(event.pointerId); fingers.set(event.pointerId, event); moved = 0; box.classList.add("held"); by("tip").hidden = true; };
  box.onpointermove = (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) { tip(event); return; }
    const s = base() * view.zoom, dx = event.clientX - before.clientX, dy = event.clientY - before.clientY;
    moved += Math.abs(dx) + Math.abs(dy);
    if (fingers.size === 1) { view.x -= dx / s; view.y += dy / s; }
    else {
      const other = [...fingers.values()].find((one) => one.pointerId !== event.pointerId), frame = box.getBoundingClientRect();
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
      zoom(apart(event) / apart(before), (event.clientX + other.clientX) / 2 - frame.left, (event.clientY + other.clientY) / 2 - frame.top);
    }
    fingers.set(event.pointerId, event); draw();
  };
  box.onpointerup = (event) => {
    fingers.delete(event.pointerId); box.classList.remove("held");
    if (moved > 5) return;
    tip(event);
    const frame = box.getBoundingClientRect(), i = nearest(event.clientX - frame.left, event.clientY - frame.top);
    if (i >= 0 && event.pointerType === "mouse") open(i);
  };
  box.onpointercancel = (event) => { fingers.delete(event.pointerId); box.classList.remove("held"); };
  box.onpointerleave = () => { by("tip").hidden = true; };
  box.addEventListener("wheel", (event) => { event.preventDefault(); const frame = box.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY * 0.0015), event.clientX - frame.left, event.clientY - frame.top); }, { passive: false });

  function dress() { document.documentElement.classList.toggle("dark", night); by("light").textContent = night ? "Light" : "Dark"; colour(); }
  by("light").onclick = () => { night = !night; dress(); };
  by("whole").onclick = () => { whole(); draw(); };
  by("colour").replaceChildren(...head.colourings.map((one, i) => new Option(one.title, i)));
  by("row").firstElementChild.hidden = head.colourings.length < 2;
  by("colour").onchange = (event) => { chosen = +event.target.value; only = -1; light(); colour(); };
  let typing = 0;
  by("find").oninput = (event) => { clearTimeout(typing); typing = setTimeout(() => { term = event.target.value; light(); }, 120); };
  const named = head.topics.length === 1 ? "1 topic" : `${head.topics.length.toLocaleString("en")} topics`;
  by("count").textContent = `${n.toLocaleString("en")} documents, ${named}` + (head.none ? `, ${head.none.toLocaleString("en")} in none` : "");
  whole(); setLit(lit); dress();
  new ResizeObserver(draw).observe(box);
  say(""); by("wait").hidden = true; box.dataset.ready = "yes";
}

start().catch((error) => say(error.message || String(error)));
