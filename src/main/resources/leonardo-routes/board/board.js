// The board's script. Pages are made on the server and work without it, unless the server asks for
// keys. It says how long ago things were, follows what changes, asks back in a dialog, and sends
// the key with every call.
"use strict";

const EVERY = 5000;
const KEY = "leonardo-board-key";
const keyed = document.body.dataset.keyed === "yes";
const live = document.getElementById("live");
const said = document.getElementById("said");
let main = document.getElementById("main");
let here = plain(location);
let etag = null;
let timer = 0;
let failures = 0;
let blobs = [];

/** Without what was just done: a reload does not say it again. */
function plain(address) {
  const query = new URLSearchParams(address.search);
  query.delete("did");
  return address.pathname + (query.size ? "?" + query : "");
}

// --- times ---

const ago = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "short" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function relative(then) {
  const seconds = Math.round((then - Date.now()) / 1000);
  const [unit, length] = UNITS.find(([, one]) => Math.abs(seconds) >= one) || UNITS[3];
  return ago.format(Math.trunc(seconds / length), unit).replace(".", "");
}

function sayTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const then = Date.parse(time.dateTime);
    if (!Number.isNaN(then)) {
      time.textContent = relative(then);
      time.title = time.dateTime.replace("T", " ").replace("Z", " UTC");
    }
  }
}

// --- calls ---

function call(path, options) {
  const headers = new Headers((options && options.headers) || {});
  if (keyed) {
    headers.set("Authorization", "Bearer " + sessionStorage.getItem(KEY));
  }
  return fetch(path, { cache: "no-store", credentials: "same-origin", ...options, headers });
}

async function pageOf(answer) {
  const type = answer.headers.get("Content-Type") || "";
  if (!type.startsWith("text/html")) {
    const problem = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(problem.detail || problem.title || "status " + answer.status), { status: answer.status });
  }
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// --- following: what changed is changed in place, so that focus, scroll and videos stay ---

function change(old, now) {
  if (old.nodeType !== now.nodeType || old.nodeName !== now.nodeName) {
    old.replaceWith(document.importNode(now, true));
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== now.nodeValue) {
      old.nodeValue = now.nodeValue;
    }
    return;
  }
  if (now.dataset.keep && old.dataset.keep === now.dataset.keep) {
    return;
  }
  for (const { name } of [...old.attributes]) {
    if (!now.hasAttribute(name) && name !== "open") {
      old.removeAttribute(name);
    }
  }
  for (const { name, value } of [...now.attributes]) {
    if (old.getAttribute(name) !== value) {
      old.setAttribute(name, value);
    }
  }
  changeChildren(old, now);
}

function changeChildren(old, now) {
  const byId = new Map([...old.children].filter((one) => one.id).map((one) => [one.id, one]));
  let at = old.firstChild;
  for (const one of [...now.childNodes]) {
    const same = one.id && byId.get(one.id);
    if (same && same !== at) {
      old.insertBefore(same, at);
      change(same, one);
    } else if (at && (same || !(at.id && one.id !== at.id))) {
      const next = at.nextSibling;
      change(at, one);
      at = next;
    } else {
      old.insertBefore(document.importNode(one, true), at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function say(text, lost) {
  live.textContent = text;
  live.classList.toggle("lost", lost);
  if (keyed && sessionStorage.getItem(KEY)) {
    const forget = document.createElement("button");
    forget.type = "button";
    forget.className = "quiet small";
    forget.textContent = "Forget key";
    forget.addEventListener("click", () => askKey(""));
    live.append(forget);
  }
}

async function follow() {
  const path = here;
  try {
    const answer = await call(path, { headers: etag ? { "If-None-Match": etag } : {} });
    if (path !== here) {
      return;
    }
    if (answer.status === 200) {
      const page = await pageOf(answer);
      if (path === here && !document.querySelector("dialog[open]")) {
        etag = answer.headers.get("ETag");
        const now = page.getElementById("main");
        const done = now.querySelector("#done");
        if (!done && main.querySelector("#done")) {
          now.prepend(main.querySelector("#done").cloneNode(true));
        }
        sayTimes(now);
        change(main, now);
        enliven();
      }
    } else if (answer.status === 401 && keyed) {
      askKey("The key is not known any more.");
      return;
    } else if (answer.status !== 304) {
      throw new Error("status " + answer.status);
    }
    sayTimes(main);
    if (failures > 0) {
      said.textContent = "The board is connected again.";
    }
    failures = 0;
    say("Live", false);
  } catch (gone) {
    if (failures++ === 0) {
      said.textContent = "The board lost its connection, and tries again.";
    }
    say("Not connected", true);
  }
  again();
}

function again() {
  clearTimeout(timer);
  if (!document.hidden && follows()) {
    timer = setTimeout(follow, EVERY * Math.min(6, 1 + failures));
  }
}

/** A page that asks back, and one that says what went wrong, stays as it is. */
function follows() {
  return !main.querySelector("form[method=post], [role=alert], #key");
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    clearTimeout(timer);
  } else if (follows()) {
    clearTimeout(timer);
    follow();
  }
});

// --- with a key: the script brings every page, as a link cannot send it ---

function show(page, path, push) {
  blobs.forEach((one) => URL.revokeObjectURL(one));
  blobs = [];
  const now = page.getElementById("main");
  document.title = page.title;
  sayTimes(now);
  main.replaceWith(document.adoptNode(now));
  main = document.getElementById("main");
  const nav = page.querySelector(".top nav");
  document.querySelector(".top nav").replaceWith(document.adoptNode(nav));
  here = path;
  etag = null;
  if (push) {
    if (path === location.pathname + location.search) {
      history.replaceState(null, "", path);
    } else {
      history.pushState(null, "", path);
    }
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
  enliven();
  again();
}

async function go(path, options, push) {
  clearTimeout(timer);
  try {
    const answer = await call(path, options);
    if (answer.status === 401) {
      askKey("This key is not known here.");
      return false;
    }
    const page = await pageOf(answer);
    show(page, plain(new URL(answer.url)), push);
    failures = 0;
    say("Live", false);
    return true;
  } catch (failed) {
    say(failed.message, true);
    said.textContent = failed.message;
    if (!sessionStorage.getItem(KEY) || document.getElementById("key")) {
      askKey(failed.message);
    }
    return false;
  }
}

function askKey(why) {
  clearTimeout(timer);
  sessionStorage.removeItem(KEY);
  blobs.forEach((one) => URL.revokeObjectURL(one));
  blobs = [];
  live.textContent = "";
  const again = document.getElementById("key");
  if (!again) {
    location.reload();
    return;
  }
  again.hidden = false;
  document.getElementById("key-said").textContent = why;
  again.elements.key.value = "";
  again.elements.key.focus();
}

function sent(form) {
  return new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
}

async function fill(element, path) {
  const answer = await call(path);
  if (!answer.ok) {
    throw new Error("status " + answer.status);
  }
  const blob = URL.createObjectURL(await answer.blob());
  blobs.push(blob);
  element.src = blob;
}

/** What the fresh parts of a page need. */
function enliven() {
  for (const picture of main.querySelectorAll("img[data-src]:not([src])")) {
    fill(picture, picture.dataset.src).catch(() => {
      picture.alt += " (could not be loaded)";
    });
  }
}

async function loadVideo(button) {
  button.disabled = true;
  const video = document.createElement("video");
  video.className = "frame";
  video.controls = true;
  video.setAttribute("aria-label", "The video of this job");
  try {
    await fill(video, button.dataset.video);
    button.parentElement.replaceWith(video);
    video.focus();
  } catch (failed) {
    button.disabled = false;
    say("The video: " + failed.message, true);
  }
}

// --- asking back ---

async function ask(link) {
  const path = link.getAttribute("href");
  let page;
  try {
    page = await pageOf(await call(path));
  } catch (failed) {
    say(failed.message, true);
    return;
  }
  const form = page.querySelector("main form[method=post]");
  if (!form) {
    location.assign(path);
    return;
  }
  const dialog = document.createElement("dialog");
  const title = page.querySelector("main h1");
  title.id = "ask-title";
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(title, form);
  form.querySelector("[data-back]").addEventListener("click", (event) => {
    event.preventDefault();
    event.stopPropagation();
    dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
    again();
  });
  document.body.append(dialog);
  clearTimeout(timer);
  dialog.showModal();
  // Who presses Enter without reading does no harm.
  (form.querySelector("input") || (form.querySelector(".danger") ? form.querySelector("[data-back]") : form.querySelector("button"))).focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "key") {
    event.preventDefault();
    sessionStorage.setItem(KEY, form.elements.key.value.trim());
    go(here, {}, false);
    return;
  }
  if (form.method === "post") {
    for (const button of form.querySelectorAll("button")) {
      button.disabled = true;
    }
  }
  if (!keyed) {
    if (form.method === "get") {
      // Short addresses: what is not asked for is not sent.
      for (const field of form.elements) {
        field.disabled = field.name !== "" && field.value === "";
      }
    }
    return;
  }
  event.preventDefault();
  const dialog = form.closest("dialog");
  if (form.method === "get") {
    const query = sent(form).toString();
    go(form.getAttribute("action") + (query ? "?" + query : ""), {}, true);
  } else {
    const body = sent(form);
    go(form.getAttribute("action"), { method: "POST", body }, true).then(() => dialog && dialog.close());
  }
});

document.addEventListener("click", (event) => {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  const video = event.target.closest("button[data-video]");
  if (video) {
    loadVideo(video);
    return;
  }
  const link = event.target.closest("a[href]");
  if (!link || !plain || link.origin !== location.origin || !link.pathname.startsWith("/board") || link.hash) {
    return;
  }
  if (link.dataset.ask) {
    event.preventDefault();
    ask(link);
  } else if (keyed) {
    event.preventDefault();
    go(link.pathname + link.search, {}, true);
  }
});

addEventListener("popstate", () => {
  if (keyed) {
    go(location.pathname + location.search, {}, false);
  }
});

// A page that comes back from the browser's memory has its fields as they were left.
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form :disabled")) {
    field.disabled = false;
  }
});

sayTimes(main);
if (location.search.includes("did=")) {
  history.replaceState(null, "", here);
}
if (!keyed) {
  enliven();
  say("Live", false);
  again();
} else if (sessionStorage.getItem(KEY)) {
  go(here, {}, false);
} else {
  askKey("");
}
