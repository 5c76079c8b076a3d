// Shows in place how far a long step is, and brings the page up to date when it has ended. Whoever has no script loads
// the page again. The page is exchanged and never left: leaving it could end a download that has not begun to arrive.
"use strict";

const EVERY = 1000; // milliseconds

function show(box, { words, counted, done, total }) {
  box.hidden = false;
  const [said, label, bar] = ["[role=status]", "label", "progress"].map((part) => box.querySelector(part));
  if (said.textContent !== words) said.textContent = words; // or it would be read out every second
  label.textContent = counted;
  if (total) {
    bar.max = total;
    bar.value = done;
  }
}

async function renew(box) {
  const answer = await fetch(box.dataset.then);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.getElementById("main");
  document.getElementById("main").replaceWith(main);
  begin();
  main.focus();
}

function watch(box) {
  let begun = false;
  const look = async () => {
    try {
      const answer = await fetch(box.dataset.watch);
      if (!answer.ok || answer.redirected) return; // signed out meanwhile
      const now = await answer.json();
      if (now.state === "running") {
        begun = true;
        show(box, now);
      } else if (begun || (now.state !== "none" && now.mark !== box.dataset.mark)) {
        await renew(box);
        return;
      } // else: what ended before this one, which has not begun yet
    } catch {
      // no network for a moment
    }
    setTimeout(look, EVERY);
  };
  setTimeout(look, EVERY);
}

function begin() {
  for (const box of document.querySelectorAll("[data-watch]")) {
    const form = box.closest("form");
    if (!form) {
      watch(box);
      continue;
    }
    form.addEventListener("submit", () => {
      box.hidden = false;
      watch(box);
      setTimeout(() => (form.querySelector("button").disabled = true)); // after it was sent, so that it is sent once
    });
  }
}

begin();
