// Says five minutes before a session ends that it will, and extends it without leaving the page. Works without: the
// bar always says until when, and its button opens a page that extends.
const bar = document.getElementById("time-limit");
const words = document.getElementById("time-limit-words");
const form = bar.querySelector("form");
const WARN_SECONDS = 300;
const startedWith = words.textContent;
let ends;
let timers = [];

function say(text, isUrgent) {
  bar.classList.toggle("time-limit-soon", isUrgent);
  words.setAttribute("role", isUrgent ? "alert" : "status");
  words.textContent = text;
}

function count() {
  timers.forEach(clearTimeout);
  const seconds = Number(bar.dataset.seconds);
  ends = Date.now() + seconds * 1000;
  timers = [
    setTimeout(() => say(bar.dataset.soon, true), Math.max(seconds - WARN_SECONDS, 0) * 1000),
    setTimeout(() => say(bar.dataset.over, true), seconds * 1000),
  ];
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const answer = await fetch(form.action, { redirect: "error", cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    count();
    const at = new Date(ends).toTimeString().slice(0, 5);
    say(`${bar.dataset.extended} ${startedWith.replace(/\d{1,2}:\d{2}/, at)}`, false);
  } catch {
    say(bar.dataset.over, true);
  }
});
count();
