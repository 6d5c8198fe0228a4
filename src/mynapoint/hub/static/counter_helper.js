// The helper's page: counts down, and is loaded anew when a visit begins, goes on or ends; never while something is typed.
"use strict";

const shown = document.getElementById("counter-state");

async function ask() {
  const answer = await fetch(shown.dataset.url, { redirect: "manual" });
  if (!answer.ok) {
    location.reload();
    return;
  }
  const now = await answer.json();
  if (now.state !== shown.dataset.state) {
    location.reload();
    return;
  }
  for (const left of document.querySelectorAll(".counter-left")) {
    left.textContent = now.seconds_left[left.dataset.visit] ?? left.textContent;
  }
}

setInterval(() => ask().catch(() => {}), 2000);
