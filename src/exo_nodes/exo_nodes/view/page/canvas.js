// A canvas in sharp pixels, and the colours of the style sheet.

export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Clears the canvas and returns its context, in CSS pixels, with its size.
export function clean(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const sharp = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * sharp) || canvas.height !== Math.round(height * sharp)) {
    canvas.width = Math.round(width * sharp);
    canvas.height = Math.round(height * sharp);
  }
  const context = canvas.getContext("2d");
  context.setTransform(sharp, 0, 0, sharp, 0, 0);
  context.clearRect(0, 0, width, height);
  context.lineCap = context.lineJoin = "round";
  context.font = "12px system-ui, sans-serif";
  return { context, width, height };
}

export function line(context, points, stroke, width) {
  context.strokeStyle = stroke;
  context.lineWidth = width;
  context.beginPath();
  points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

export function disc(context, [x, y], radius, fill) {
  context.fillStyle = fill;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

// A line with a head beyond its last point.
export function arrow(context, points, stroke, width) {
  const [[x0, y0], [x1, y1]] = points.slice(-2);
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (!length) return;
  const head = 3.2 * width;
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  line(context, points, stroke, width);
  context.fillStyle = stroke;
  context.beginPath();
  context.moveTo(x1 + ux * head, y1 + uy * head);
  context.lineTo(x1 - uy * head * 0.62, y1 + ux * head * 0.62);
  context.lineTo(x1 + uy * head * 0.62, y1 - ux * head * 0.62);
  context.fill();
}
