// The agent's only script: the delivery page goes on by itself, a form is sent once, nothing stays behind.
"use strict";

document.querySelector("form[data-deliver]")?.submit();

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}

// A browser may keep a page to show it again, whatever its headers say: what it keeps is empty, what it shows is new.
window.addEventListener("pagehide", () => {
  for (const form of document.forms) form.reset();
  document.body.replaceChildren();
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// Nobody came back to the page: when its time is over, the statement does not stay on the screen.
const lapsing = document.querySelector("[data-lapses-after-seconds]");
if (lapsing) setTimeout(() => location.reload(), 1000 * (Number(lapsing.dataset.lapsesAfterSeconds) + 1));

// At a counter a card that leaves takes its page along: what it asked for is not left on the screen.
const standing = document.querySelector("[data-stands]");
if (standing) {
  setInterval(async () => {
    const answer = await fetch(standing.dataset.stands, { cache: "no-store" }).catch(() => null);
    if (answer && !answer.ok) location.reload();
  }, 1000);
}
