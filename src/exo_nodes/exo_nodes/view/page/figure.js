// The person seen from the right, walking to the right; the camera goes along.
import { arrow, clean, colour, disc, line } from "./canvas.js";

const NEWTON_PER_M = 1600; // newtons that are drawn a metre long
const FULL_ARC_NM = 15; // torque whose arrow goes three quarters around the hip
const SHOWN_M = 2.2; // height of the picture in the world
const CAMERA_S = 1.0; // in which the camera catches up
const JUMP_S = 0.5; // after a longer gap it is at once where the person is
const AWAY = 0.45; // opacity of the left leg, behind the other
const SIDES = ["--right", "--left"];

export class Figure {
  constructor(canvas, about) {
    Object.assign(this, { canvas, about, frame: null, camera: null });
  }

  show(frame) {
    const hip = frame.trunk[0][0];
    const passed = this.frame ? frame.t - this.frame.t : -1;
    if (passed < 0 || passed > JUMP_S || this.camera === null) this.camera = hip;
    else this.camera += frame.speed_m_s * passed + (hip - this.camera) * Math.min(passed / CAMERA_S, 1);
    this.frame = frame;
  }

  draw() {
    const { context, width, height } = clean(this.canvas);
    if (!this.frame) return;
    const scale = Math.min(height / (SHOWN_M * this.about.height_m / 1.8), width / 1.5);
    const ground = height - 44;
    const at = ([x, y]) => [width / 2 + scale * (x - this.camera), ground - scale * y];
    const scene = { context, at, scale };
    this.#drawGround(scene, width, ground);
    for (const leg of [1, 0]) {
      if (leg === 0) this.#drawTrunk(scene);
      context.globalAlpha = leg ? AWAY : 1;
      this.#drawLeg(scene, leg);
      context.globalAlpha = 1;
    }
    for (const leg of [1, 0]) {
      this.#drawGroundReaction(scene, leg);
      this.#drawTorque(scene, leg);
    }
  }

  #drawGround({ context, at, scale }, width, ground) {
    const faint = colour("--faint");
    line(context, [[0, ground], [width, ground]], faint, 2);
    const half = width / 2 / scale;
    context.fillStyle = colour("--quiet");
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let mark = Math.ceil(2 * (this.camera - half)); mark <= 2 * (this.camera + half); mark += 1) {
      const [x, y] = at([mark / 2, 0]);
      line(context, [[x, y], [x, y + 7]], faint, 2);
      if (mark % 2 === 0) context.fillText(`${mark / 2} m`, x, y + 20);
    }
  }

  #drawTrunk({ context, at, scale }) {
    const [hip, lumbar, neck] = this.frame.trunk;
    const length = Math.hypot(neck[0] - lumbar[0], neck[1] - lumbar[1]);
    const up = [(neck[0] - lumbar[0]) / length, (neck[1] - lumbar[1]) / length];
    const along = (point, distance) => [point[0] + distance * up[0], point[1] + distance * up[1]];
    const skin = colour("--skin");
    line(context, [at(lumbar), at(along(neck, -0.1))], skin, 0.2 * scale);
    line(context, [at(hip), at(lumbar)], skin, 0.17 * scale);
    disc(context, at(along(neck, 0.13)), 0.105 * scale, skin);
    const belt = along(hip, 0.07);
    const forward = [0.12 * up[1], -0.12 * up[0]];
    const ends = [-1, 1].map((side) => at([belt[0] + side * forward[0], belt[1] + side * forward[1]]));
    line(context, ends, colour("--device"), 0.1 * scale);
  }

  #drawLeg({ context, at, scale }, leg) {
    const [hip, knee, ankle, heel, toe] = this.frame.legs[leg];
    const skin = colour("--skin");
    line(context, [at(hip), at(knee)], skin, 0.13 * scale);
    line(context, [at(knee), at(ankle)], skin, 0.095 * scale);
    line(context, [at(ankle), at(toe)], skin, 0.06 * scale);
    line(context, [at(heel), at(toe)], skin, 2 * this.about.foot_radius_m * scale);
    const each = this.about.muscles.length / 2;
    const { activation, muscles } = this.frame;
    const own = [...Array(each).keys()].map((index) => leg * each + index);
    own.sort((first, second) => activation[first] - activation[second]); // the most active one on top
    for (const muscle of own) {
      const share = Math.min(100 * activation[muscle], 100);
      const mixed = `color-mix(in srgb, ${colour("--active")} ${share}%, ${colour("--rest")})`;
      line(context, muscles[muscle].map(at), mixed, 0.028 * scale * this.about.muscle_width[muscle]);
    }
    const cuff = [0, 1].map((axis) => hip[axis] + 0.6 * (knee[axis] - hip[axis]));
    const device = colour("--device");
    line(context, [at(hip), at(cuff)], device, 0.028 * scale);
    disc(context, at(cuff), 0.035 * scale, device);
    disc(context, at(hip), 0.04 * scale, device);
    disc(context, at(hip), 0.022 * scale, colour(SIDES[leg]));
  }

  #drawGroundReaction({ context, at, scale }, leg) {
    const [foot, forward, up] = this.frame.ground[leg];
    if (Math.hypot(forward, up) < 20) return;
    const end = [foot + forward / NEWTON_PER_M, up / NEWTON_PER_M];
    arrow(context, [at([foot, 0]), at(end)], colour("--ground"), 0.016 * scale);
  }

  // An arc from straight down; forward and up is flexion, which pulls the thigh forward.
  #drawTorque({ context, at, scale }, leg) {
    const sweep = (1.5 * Math.PI * this.frame.torque_nm[leg]) / FULL_ARC_NM;
    if (Math.abs(sweep) < 0.15) return;
    const [x, y] = at(this.frame.legs[leg][0]);
    const radius = (0.125 + 0.035 * leg) * scale;
    const points = [...Array(24).keys()].map((index) => {
      const angle = (sweep * index) / 23;
      return [x + radius * Math.sin(angle), y + radius * Math.cos(angle)];
    });
    arrow(context, points, colour(SIDES[leg]), 0.018 * scale);
  }
}
