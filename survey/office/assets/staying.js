// Keeps the session while somebody types into a long form, and says so before it ends. Only typing counts as being
// there: a page that is merely open ends its session like any other.
"use strict";

const MINUTE = 60_000;
const EVERY = 4 * MINUTE; // at most this often
const BEFORE = 2 * MINUTE; // the note, before the end
const LOOK = 10_000;

const box = document.querySelector("[data-stay]");
const [said, button] = [box.querySelector("[role=status]"), box.querySelector("button")];
const idle = Number(box.dataset.idle) * 1000;
let seen = Date.now(); // when the server saw us last
let typed = false;
let asking = false;
let over = false;

function say(which) {
  over = which === "over";
  const words = which ? box.querySelector(`[data-say=${which}]`).content.textContent : "";
  if (said.textContent !== words) said.textContent = words; // or it would be read out again
  button.hidden = which !== "soon";
  box.hidden = !which;
}

async function stay() {
  if (asking) return;
  asking = true;
  typed = false;
  const now = Date.now();
  try {
    const answer = await fetch(box.dataset.stay, { redirect: "manual", cache: "no-store" });
    if (answer.status === 204) {
      seen = now;
      say("");
    } else if (answer.type === "opaqueredirect") {
      say("over"); // to the page for signing in
    }
  } catch {
    typed = true; // no network for a moment
  }
  asking = false;
}

function look() {
  const quiet = Date.now() - seen;
  if (typed && quiet >= EVERY) stay();
  else if (over || quiet > idle) say("over");
  else if (quiet >= idle - BEFORE) say("soon");
}

document.addEventListener("input", () => {
  typed = true;
  look();
});
button.addEventListener("click", stay);
setInterval(look, LOOK);
