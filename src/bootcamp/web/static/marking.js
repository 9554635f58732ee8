// Marking by keyboard, and a draft that stays in this browser until it is saved.
"use strict";

const says = document.currentScript.dataset;
const form = document.querySelector("form.mark");
const points = form.elements.points;
const comment = form.elements.comment;
const saved = document.getElementById("saved");
const reload = document.getElementById("reload");
const bands = [...form.querySelectorAll(".band")];
const place = `bootcamp-draft ${form.dataset.login} ${form.dataset.draft}`;

const showBand = () => {
  for (const band of bands) {
    const chosen = points.value !== "" && Number(points.value) === Number(band.dataset.points);
    band.setAttribute("aria-pressed", String(chosen));
  }
};

// A browser may refuse to keep anything; marking goes on without drafts then.
const keep = () => {
  try {
    localStorage.setItem(place, JSON.stringify({ points: points.value, comment: comment.value }));
  } catch {}
};
const forget = () => {
  try {
    localStorage.removeItem(place);
  } catch {}
};

try {
  const draft = JSON.parse(localStorage.getItem(place));
  if (draft && (draft.points !== points.value || draft.comment !== comment.value)) {
    points.value = String(draft.points);
    comment.value = String(draft.comment);
    saved.textContent = says.draftBack;
  }
} catch {}
showBand();

form.addEventListener("input", () => {
  keep();
  showBand();
});
for (const band of bands) {
  band.addEventListener("click", () => {
    points.value = band.dataset.points;
    keep();
    showBand();
  });
}
for (const use of document.querySelectorAll(".use")) {
  use.addEventListener("click", () => {
    const before = comment.value.trimEnd();
    comment.value = before ? `${before}\n${use.dataset.text}` : use.dataset.text;
    keep();
    comment.focus();
  });
}

const fail = (sentence) => {
  saved.textContent = sentence;
  saved.classList.add("problem");
  const button = form.querySelector("button[type=submit]");
  button.removeAttribute("aria-disabled");
};

// Before the listener of every page, which only keeps a second click out.
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.querySelector("button[type=submit]").getAttribute("aria-disabled") === "true") return;
  keep();
  saved.classList.remove("problem");
  saved.textContent = says.saving;
  let answer;
  try {
    answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: "application/json" },
    });
  } catch {
    fail(says.noAnswer);
    return;
  }
  const said = await answer.json().catch(() => null);
  if (answer.ok && said) {
    forget();
    window.location.assign(said.next);
    return;
  }
  reload.hidden = answer.status !== 409 && answer.status !== 401 && answer.status !== 403;
  fail(
    said?.error ??
      (answer.status === 401 || answer.status === 403 ? says.signedOut : says.failed),
  );
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && typing) typing.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const band = bands.find((one) => one.dataset.points === event.key);
  if (band) band.click();
  else if (event.key === "c") comment.focus();
  else if (event.key === "n") document.getElementById("next")?.click();
  else if (event.key === "p") document.getElementById("previous")?.click();
  else return;
  event.preventDefault();
});
