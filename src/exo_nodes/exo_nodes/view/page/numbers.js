// The head of the page: safety state and figures.
const element = (id) => document.getElementById(id);

export function showNumbers(frame, meanPower) {
  const { safety } = frame;
  const state = element("state");
  state.dataset.state = safety.state;
  state.textContent = safety.fault && safety.fault !== "none" ? `fault: ${safety.fault}` : safety.state;
  const rules = safety.rules.split(" ").filter(Boolean).map((rule) => rule.replaceAll("_", " "));
  element("note").textContent = rules.length ? `at work: ${rules.join(", ")}` : "";
  element("time").textContent = `${frame.t.toFixed(1)} s`;
  element("speed").textContent = `${frame.speed_m_s.toFixed(2)} m/s`;
  element("power").textContent = `${meanPower.toFixed(0)} W`;
  const policies = element("policies");
  if (document.activeElement !== policies) policies.value = frame.policy;
  element("policy").textContent = frame.policy || "–";
  element("level").textContent = `${Math.round(100 * safety.gain * safety.level)} %`;
  element("missed").textContent = String(Number(safety.late_ticks) + Number(safety.late_commands));
}

export function showLost() {
  const state = element("state");
  state.dataset.state = "lost";
  state.textContent = "the walk is over, or not begun";
  element("note").textContent = "this page goes on with the next one";
}
