// Receives frames and shows them; sends what the controls ask for. Nothing is kept on this machine.
import { Chart } from "./chart.js";
import { connectControls, showAnswer } from "./controls.js";
import { Figure } from "./figure.js";
import { GaitDiagram } from "./gait.js";
import { showNumbers, showLost } from "./numbers.js";

const RETRY_MS = 1000;
const MEAN_S = 1; // metabolic power goes up and down by its half within a stride
const element = (id) => document.getElementById(id);

let views = [];
let take = () => {};
let changed = false;

function begin(about) {
  const cap = Math.ceil(about.torque_cap_nm);
  const torque = new Chart(element("torque"), "torque on the hips, Nm (flexion +); thin: wanted", { low: -cap, high: cap, step: 2 });
  const hip = new Chart(element("hip"), "hip flexion, degrees", { low: -30, high: 60, step: 10 });
  const power = new Chart(element("metabolic"), "metabolic power, W (mean over 1 s)", { low: 0, high: 400, step: 200 });
  const gait = new GaitDiagram(element("gait"));
  const figure = new Figure(element("figure"), about);
  let powers = [];
  views = [torque, hip, power, gait, figure];
  take = (frame) => {
    const [right, left] = frame.torque_nm;
    const [wantedRight, wantedLeft] = frame.command_nm;
    torque.add(frame.t, [
      { value: wantedLeft, colour: "--left", width: 0.8 }, { value: wantedRight, colour: "--right", width: 0.8 },
      { value: left, colour: "--left" }, { value: right, colour: "--right" },
    ]);
    hip.add(frame.t, [{ value: frame.hip_deg[1], colour: "--left" }, { value: frame.hip_deg[0], colour: "--right" }]);
    powers = powers.filter(([time]) => time <= frame.t && time > frame.t - MEAN_S);
    powers.push([frame.t, frame.power_w]);
    const mean = powers.reduce((sum, [, value]) => sum + value, 0) / powers.length;
    power.add(frame.t, [{ value: mean, colour: "--ink" }]);
    gait.add(frame);
    figure.show(frame);
    showNumbers(frame, mean);
  };
}

function draw() {
  if (changed) {
    changed = false;
    views.forEach((view) => view.draw());
  }
  requestAnimationFrame(draw);
}

function connect() {
  const stream = new WebSocket(`ws://${location.host}/stream`);
  stream.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.about) {
      begin(message.about);
      connectControls(message.about, (request) => stream.send(JSON.stringify(request)));
    } else if (message.frame) {
      take(message.frame);
      changed = true;
    } else if (message.answer) {
      showAnswer(message.answer);
    }
  };
  stream.onclose = () => {
    showLost();
    setTimeout(connect, RETRY_MS);
  };
}

new ResizeObserver(() => views.forEach((view) => view.draw())).observe(document.body);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => views.forEach((view) => view.draw()));
connect();
draw();
