// The visitor's pages at a counter: nothing stays behind, an idle visit is warned of its end, and it ends on screen, too.
"use strict";

const bar = document.getElementById("visit");
const visit = bar.dataset.visit;
const warning = document.getElementById("visit-warning");
const extend = document.getElementById("visit-extend");
const ASK_SECONDS = 2;
const WARNED_SECONDS = 60;
let touched = false;

// A browser may keep a page to show it again, whatever its headers say: what it keeps is empty, what it shows is new.
window.addEventListener("pagehide", () => {
  for (const form of document.forms) form.reset();
  document.body.replaceChildren();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.replace(bar.dataset.counter);
});

for (const kind of ["keydown", "pointerdown", "input", "scroll"]) {
  document.addEventListener(kind, () => { touched = true; }, { passive: true });
}

async function keepAlive() {
  touched = false;
  const answer = await fetch(extend.action, { method: "POST", body: new FormData(extend), redirect: "manual" });
  if (answer.ok) warning.hidden = true;
}

extend?.addEventListener("submit", (event) => {
  event.preventDefault();
  keepAlive();
});

async function ask() {
  const answer = await fetch(bar.dataset.state, { redirect: "manual" });
  const now = answer.ok ? await answer.json() : { visit: "", seconds_left: 0 };
  if (now.visit !== visit) {
    location.replace(bar.dataset.counter);
    return;
  }
  if (!visit) return;
  if (touched && now.seconds_left < 150) {
    await keepAlive();
  } else if (now.seconds_left <= WARNED_SECONDS && warning.hidden) {
    warning.hidden = false;
    warning.querySelector("button").focus();
  }
}

setInterval(() => ask().catch(() => {}), 1000 * ASK_SECONDS);
