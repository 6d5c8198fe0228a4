// The agent's only script: the delivery page goes on by itself, a form is sent once, a page shown again is empty.
"use strict";

document.querySelector("form[data-deliver]")?.submit();

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}

window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) form.reset();
  location.reload();
});
