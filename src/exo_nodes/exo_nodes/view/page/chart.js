// Lines over the last seconds. The range grows with the values.
import { clean, colour, line } from "./canvas.js";

export const SHOWN_S = 6;
const LEFT = 44;

export class Chart {
  constructor(canvas, title, { low, high, step }) {
    Object.assign(this, { canvas, title, low, high, step, times: [], lines: [] });
  }

  // lines: [{ value, colour, width }], the same ones each time.
  add(time, lines) {
    if (this.times.length && time < this.times.at(-1)) {
      this.times = [];
      this.lines = [];
    }
    if (!this.lines.length) this.lines = lines.map(({ colour, width = 2 }) => ({ colour, width, values: [] }));
    this.times.push(time);
    lines.forEach(({ value }, index) => this.lines[index].values.push(value));
    while (this.times[0] < time - SHOWN_S) {
      this.times.shift();
      this.lines.forEach(({ values }) => values.shift());
    }
    const values = lines.map((one) => one.value).filter(Number.isFinite);
    while (Math.max(...values) > this.high) this.high += this.step;
    while (Math.min(...values) < this.low) this.low -= this.step;
  }

  draw() {
    const { context, width, height } = clean(this.canvas);
    const [top, bottom, right] = [24, height - 6, width - 8];
    const y = (value) => bottom - ((value - this.low) / (this.high - this.low)) * (bottom - top);
    context.fillStyle = colour("--ink");
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillText(this.title, LEFT, 10);
    context.textAlign = "right";
    const middle = this.low < 0 && this.high > 0 ? 0 : (this.low + this.high) / 2;
    for (const mark of [this.low, middle, this.high]) {
      line(context, [[LEFT, y(mark)], [right, y(mark)]], colour("--faint"), 1);
      context.fillStyle = colour("--quiet");
      context.fillText(String(Math.round(mark)), LEFT - 6, y(mark));
    }
    if (!this.times.length) return;
    const last = this.times.at(-1);
    const x = (time) => right - ((last - time) / SHOWN_S) * (right - LEFT);
    for (const one of this.lines) {
      const points = one.values.map((value, index) => [x(this.times[index]), y(value), value]);
      line(context, points.filter(([, , value]) => Number.isFinite(value)), colour(one.colour), one.width);
    }
  }
}
