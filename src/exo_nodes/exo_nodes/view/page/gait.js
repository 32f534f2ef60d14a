// The gait cycle: when each foot is on the ground, and how far each leg's cycle has come.
import { SHOWN_S } from "./chart.js";
import { clean, colour } from "./canvas.js";

const LEFT = 44;
const NUMBER = 46; // width of a percentage

export class GaitDiagram {
  constructor(canvas) {
    this.canvas = canvas;
    this.frames = [];
  }

  add({ t, stance, cycle }) {
    if (this.frames.length && t < this.frames.at(-1).t) this.frames = [];
    this.frames.push({ t, stance, cycle });
    while (this.frames[0].t < t - SHOWN_S) this.frames.shift();
  }

  draw() {
    const { context, width, height } = clean(this.canvas);
    const [top, right] = [22, width - 8];
    const row = (height - top) / 2;
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillStyle = colour("--ink");
    context.fillText("foot on the ground; gait cycle", LEFT, 10);
    const last = this.frames.at(-1);
    const x = (time) => right - ((last.t - time) / SHOWN_S) * (right - LEFT);
    for (const [leg, name] of ["right", "left"].entries()) {
      const middle = top + row * (leg + 0.5);
      context.textAlign = "right";
      context.fillStyle = colour("--quiet");
      context.fillText(name, LEFT - 6, middle);
      if (!last) continue;
      context.fillStyle = colour(`--${name}`);
      this.frames.forEach((frame, index) => {
        if (!frame.stance[leg]) return;
        const from = Math.round(Math.max(x(frame.t), LEFT)); // whole pixels: no seams between frames
        const to = Math.round(index + 1 < this.frames.length ? x(this.frames[index + 1].t) : right);
        if (to > from) context.fillRect(from, Math.round(middle - row * 0.3), to - from, Math.round(row * 0.6));
      });
      const percent = last.cycle[leg];
      context.fillText(percent === null ? "–" : `${Math.round(percent)} %`, right - NUMBER * (1 - leg), 10);
    }
  }
}
