// Points in, pixels out. A processor paints a million points in 20 to 50 ms this way, with no
// graphics card and no WebGL; on machines without one WebGL takes two seconds a frame.

const SIDE = 65535; // points come as whole numbers from 0 to this, y upwards

// The points in an order that mixes them, so that a beginning of it is a fair sample of all.
function mixed(n) {
  let step = Math.floor(n * 0.6180339887) | 1;
  const divisor = (a, b) => { while (b) [a, b] = [b, a % b]; return a; };
  while (divisor(step, n) > 1) step += 2;
  const order = new Uint32Array(n);
  for (let i = 0, at = 0; i < n; i++, at = (at + step) % n) order[i] = at;
  return order;
}

// Pixels of a disc of `radius` and how much of each it covers, out of 256.
function disc(radius, strength) {
  const reach = Math.ceil(radius), dx = [], dy = [], cover = [];
  for (let y = -reach; y <= reach; y++)
    for (let x = -reach; x <= reach; x++) {
      const share = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x, y)));
      if (share > 0.08) { dx.push(x); dy.push(y); cover.push(Math.round(256 * share * strength)); }
    }
  return { reach, dx, dy, cover };
}

const packed = ([red, green, blue]) => (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;

const between = (one, other, share) => one.map((v, i) => Math.round(v + (other[i] - v) * share));

// Paint every point whose `shown` is `which` with its group's colour; only the first `most` points.
function stamp(pixels, width, height, points, view, colours, shown, which, mark, most) {
  const { xs, ys, groups } = points;
  const { reach, dx, dy, cover } = mark;
  const { scaleX, scaleY, left, top } = view;
  const size = dx.length, right = width - reach, bottom = height - reach;
  const offset = dx.map((x, i) => dy[i] * width + x);
  for (let i = 0; i < most; i++) {
    if (shown[i] !== which) continue;
    const x = Math.round(xs[i] * scaleX + left), y = Math.round(top - ys[i] * scaleY);
    if (x < reach || y < reach || x >= right || y >= bottom) continue;
    const colour = colours[groups[i]], odd = colour & 0xff00ff, even = colour & 0xff00;
    const at = y * width + x;
    for (let k = 0; k < size; k++) {
      const a = cover[k], b = 256 - a, p = at + offset[k], old = pixels[p];
      pixels[p] = 0xff000000
        | (((old & 0xff00ff) * b + odd * a >>> 8) & 0xff00ff)
        | (((old & 0xff00) * b + even * a >>> 8) & 0xff00);
    }
  }
}

// Where points lie, for finding the one under the pointer: a grid of cells, each a run of points.
function grid(points) {
  const cells = 256, shift = 8, n = points.xs.length;
  const starts = new Uint32Array(cells * cells + 1), held = new Uint32Array(n);
  const cell = (i) => (points.ys[i] >> shift) * cells + (points.xs[i] >> shift);
  for (let i = 0; i < n; i++) starts[cell(i) + 1]++;
  for (let c = 0; c < cells * cells; c++) starts[c + 1] += starts[c];
  const next = starts.slice();
  for (let i = 0; i < n; i++) held[next[cell(i)]++] = i;
  return { cells, shift, starts, held };
}

// The point that `wanted` takes nearest to (x, y), within `reachX` and `reachY`; -1 where none is.
function nearest(index, points, x, y, reachX, reachY, wanted) {
  const { cells, shift, starts, held } = index;
  const low = (v) => Math.max(0, Math.floor(v) >> shift);
  const high = (v) => Math.min(cells - 1, Math.floor(v) >> shift);
  let best = -1, least = 1;
  for (let row = low(y - reachY); row <= high(y + reachY); row++)
    for (let column = low(x - reachX); column <= high(x + reachX); column++) {
      const at = row * cells + column;
      for (let k = starts[at]; k < starts[at + 1]; k++) {
        const i = held[k];
        const far = ((points.xs[i] - x) / reachX) ** 2 + ((points.ys[i] - y) / reachY) ** 2;
        if (far < least && wanted(i)) { least = far; best = i; }
      }
    }
  return best;
}

// Whether (x, y) is inside a polygon [x0, y0, x1, y1, ...]: the even-odd rule, as in geometry.py.
function inside(polygon, x, y) {
  let odd = false;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
    const x0 = polygon[i], y0 = polygon[i + 1], x1 = polygon[j], y1 = polygon[j + 1];
    if (y0 > y !== y1 > y && x < (x1 - x0) * (y - y0) / (y1 - y0) + x0) odd = !odd;
  }
  return odd;
}

function bounds(polygon) {
  let [left, low, right, high] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < polygon.length; i += 2) {
    left = Math.min(left, polygon[i]); right = Math.max(right, polygon[i]);
    low = Math.min(low, polygon[i + 1]); high = Math.max(high, polygon[i + 1]);
  }
  return { left, low, right, high };
}
