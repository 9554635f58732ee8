// Every page works without this; it makes waiting and reading pleasanter.
"use strict";

const page = document.currentScript.dataset;
const [locale, beforeTheHour] = document.documentElement.lang === "fr" ? ["fr-FR", " à "] : ["en-GB", ", "];

// Moments in the reader's own time zone.
for (const time of document.querySelectorAll("time[data-local]")) {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.getTime())) {
    const day = at.toLocaleDateString(locale, { day: "numeric", month: "long", year: "numeric" });
    const clock = at.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
    const first = locale === "fr-FR" ? day.replace(/^1 /, "1er ") : day;
    time.textContent = first + beforeTheHour + clock;
  }
}

// A second click while the first is on its way would only confuse.
document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("button");
  if (!button) return;
  if (button.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
    return;
  }
  button.setAttribute("aria-disabled", "true");
  button.dataset.label = button.textContent;
  if (button.dataset.busy) button.textContent = button.dataset.busy;
});

// Coming back with the browser's Back button finds working buttons.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll('button[aria-disabled="true"]')) {
    button.removeAttribute("aria-disabled");
    if (button.dataset.label) button.textContent = button.dataset.label;
  }
});

// A page of figures follows by itself, where it is looked at and nothing in it is being used.
const followed = document.querySelector("[data-refresh]");
if (followed) {
  window.setInterval(() => {
    const idle = document.activeElement === document.body && !String(document.getSelection());
    if (idle && document.visibilityState === "visible") window.location.reload();
  }, Number(followed.dataset.refresh) * 1000);
}

// The page shown while something goes on.
const working = document.querySelector("[data-status]");
if (working) {
  const step = document.getElementById("step");
  let failures = 0;
  const look = async () => {
    try {
      const answer = await fetch(working.dataset.status, { cache: "no-store" });
      const status = await answer.json();
      failures = 0;
      if (status.state !== "working") {
        // The server sends us on, or says what went wrong.
        window.location.reload();
        return;
      }
      if (working.dataset.done && status.done > Number(working.dataset.done)) {
        // One of several is through: the page has its result to show.
        window.location.reload();
        return;
      }
      if (step.textContent !== status.step) step.textContent = status.step;
      for (const [name, text] of Object.entries(status.live || {})) {
        const place = document.querySelector(`[data-live="${CSS.escape(name)}"]`);
        if (place && place.textContent !== text) place.textContent = text;
      }
      const bar = working.querySelector("progress");
      if (bar && status.total) {
        bar.max = status.total;
        bar.value = status.done;
      }
    } catch {
      failures += 1;
      if (failures === 5) step.textContent = page.noAnswer;
    }
    window.setTimeout(look, 500 + Math.min(failures, 8) * 500);
  };
  window.setTimeout(look, 400);
}
