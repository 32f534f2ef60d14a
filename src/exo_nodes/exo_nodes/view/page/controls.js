// Buttons and sliders: each asks the view node for a service or parameter that everybody else has too.
const element = (id) => document.getElementById(id);

let send = () => {};

function option(name) {
  const made = document.createElement("option");
  made.value = made.textContent = name;
  return made;
}

export function connectControls(about, sendRequest) {
  send = sendRequest;
  for (const each of [element("controls"), document.querySelector(".stop")]) each.hidden = !about.controls;
  const policies = element("policies");
  policies.replaceChildren(...about.policies.map(option));
  const lean = element("lean");
  lean.min = -about.lean_limit_rad;
  lean.max = about.lean_limit_rad;
  lean.value = 0;
}

export function showAnswer({ success, text }) {
  const answer = element("answer");
  answer.dataset.success = success;
  answer.textContent = text;
}

for (const button of document.querySelectorAll("button[data-do]")) {
  button.addEventListener("click", () => send({ do: button.dataset.do }));
}
element("policies").addEventListener("change", ({ target }) => {
  send({ policy: target.value });
  target.blur(); // from here on it shows what is in charge
});
// Leaning forward is negative, and faster.
element("lean").addEventListener("change", ({ target }) => send({ lean_rad: -Number(target.value) }));
