// The agent's desk: the sign-in, the lists on the left, and what keeps everything up to date.

import { Feed, ask } from "./api.js";
import { LANGUAGES, keepLanguage, label, languageName, number, preferredLanguage, useLanguage } from "./labels.js";
import { Talk } from "./talk.js";
import { entry, reconcile, tick } from "./view.js";

const TICK = 10000;
const SETTLE = 80;
const at = (id) => document.getElementById(id);

const desk = {
  agent: null,
  waiting: [],
  mine: [],
  tickets: [],
  skew: 0,
  read: false,
  tick: () => tick(Date.now() + desk.skew),
  changed: () => refresh(),
  failed,
  focusList: () => (document.querySelector('.entry[aria-current="true"]') ?? document.querySelector(".entry"))?.focus(),
};
const talk = new Talk(desk);
const feed = new Feed({
  event: (event) => heard(event),
  connected: () => live(true),
  lost: () => {
    live(false);
    // A refused line does not say why; an ended session does.
    ask("GET", "session").catch((failure) => failure.status === 401 && sessionEnded());
  },
  ended: () => sessionEnded(),
});

// The session

async function begin() {
  try {
    await useLanguage(preferredLanguage());
    const { agent } = await ask("GET", "session");
    enter(agent);
  } catch (failure) {
    if (failure.status === 401) leave();
    else setTimeout(begin, 2000);
    live(failure.status === 401 ? null : false);
  }
}

function enter(agent) {
  if (desk.agent && agent.id !== desk.agent.id) forget();
  Object.assign(desk, { agent, read: false });
  at("me").textContent = agent.name;
  showDesk(true);
  feed.start();
  const id = talk.id ?? location.hash.slice(1);
  if (id) open(id);
}

function leave(notice = "") {
  feed.stop();
  live(null);
  showDesk(false);
  at("door-notice").textContent = notice;
  at("door-notice").hidden = !notice;
  at("door-error").hidden = true;
  document.title = label("console_title");
  (at("email").value ? at("password") : at("email")).focus();
}

function sessionEnded() {
  if (at("desk").hidden) return;
  conceal();
  leave(label("console_session_ended"));
}

/** Takes what customers wrote off the page. */
function conceal() {
  Object.assign(desk, { waiting: [], mine: [], tickets: [], read: false });
  announce("");
  showLists();
  talk.conceal();
}

function forget() {
  conceal();
  talk.reset();
  history.replaceState(null, "", location.pathname);
}

function showDesk(shown) {
  at("door").hidden = shown;
  for (const id of ["desk", "me", "sign-out"]) at(id).hidden = !shown;
}

at("sign-in").onsubmit = async (event) => {
  event.preventDefault();
  const [email, password] = [at("email").value, at("password").value];
  try {
    const { agent } = await ask("POST", "session", { email, password });
    enter(agent);
    at("password").value = "";
  } catch (failure) {
    const reasons = { 401: "console_sign_in_failed", 400: "console_sign_in_failed", 429: "console_sign_in_wait" };
    at("door-error").textContent = label(reasons[failure.status] ?? "console_unreachable");
    at("door-error").hidden = false;
    at("password").select();
  }
};

at("sign-out").onclick = async () => {
  try {
    await ask("DELETE", "session");
  } catch (failure) {
    failed(failure);
    return;
  }
  forget();
  desk.agent = null;
  leave();
};

/** Says what went wrong; with `quietly`, only an ended session, because the page shows the rest itself. */
function failed(failure, { quietly = false } = {}) {
  if (!("status" in failure)) throw failure;
  if (failure.status === 401) sessionEnded();
  else if (!quietly) talk.notice(label(failure.status ? "console_failed" : "console_unreachable"));
}

// Keeping up to date

function live(connected) {
  at("live").hidden = connected === null;
  at("live").classList.toggle("lost", connected === false);
  at("live").textContent = label(connected ? "console_live" : "console_disconnected");
  at("live").dataset.connected = String(connected);
}

let touched = new Set();
let settling = null;

/** Events come in bursts: read once for all of them. */
function heard(event) {
  touched.add(event.type === "ready" ? talk.id : event.id);
  settling ??= setTimeout(() => {
    const open = touched.has(talk.id);
    touched = new Set();
    settling = null;
    refresh();
    if (open) talk.refresh();
  }, SETTLE);
}

let reading = false;
let readAgain = false;

async function refresh() {
  readAgain = true;
  if (reading) return;
  reading = true;
  try {
    while (readAgain) {
      readAgain = false;
      const [lists, { tickets }] = await Promise.all([ask("GET", "conversations"), ask("GET", "tickets")]);
      show(lists, tickets);
    }
  } catch (failure) {
    failed(failure, { quietly: true });
  } finally {
    reading = false;
  }
}

function show({ now, waiting, mine }, tickets) {
  if (at("desk").hidden) return;
  const known = new Set(desk.waiting.map((conversation) => conversation.id));
  const fresh = desk.read ? waiting.filter((conversation) => !known.has(conversation.id)) : [];
  Object.assign(desk, { waiting, mine, tickets, read: true, skew: Date.parse(now) - Date.now() });
  for (const { language } of fresh) announce(`${label("console_new_waiting")}: ${languageName(language)}`);
  showLists();
  talk.showTickets();
}

function announce(text) {
  at("announcer").textContent = text;
}

function showLists() {
  const { waiting, mine, tickets } = desk;
  list("waiting", waiting.map((one) => item(one.id, one, one.queued_at)));
  list("mine", mine.map((one) => item(one.id, one, one.last?.at, one.unanswered)));
  list("tickets", tickets.map((one) => ({ ...item(one.number, one.conversation, one.opened), ticket: one.number })));
  const title = label("console_title");
  document.title = waiting.length ? `(${number(waiting.length)}) ${title}` : title;
  desk.tick();
}

function item(key, conversation, from, waits = false) {
  return { key, conversation, from, waits, current: conversation.id === talk.id };
}

function list(id, items) {
  reconcile(at(id), items, (one) => entry(one, () => open(one.conversation.id)));
  at(`${id}-count`).textContent = number(items.length);
  at(`${id}-count`).classList.toggle("none", items.length === 0);
  at(`${id}-empty`).hidden = items.length > 0 || !desk.read;
}

function open(id) {
  history.replaceState(null, "", `#${id}`);
  const opened = talk.open(id);
  showLists();
  return opened;
}

at("lists").onkeydown = (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const entries = [...document.querySelectorAll(".entry")];
  const place = entries.indexOf(document.activeElement);
  if (!step || place < 0) return;
  event.preventDefault();
  entries[Math.min(entries.length - 1, Math.max(0, place + step))].focus();
};

// The console's own language

for (const [code, name] of Object.entries(LANGUAGES)) at("language").add(new Option(name, code));
at("language").value = preferredLanguage();
at("language").onchange = async () => {
  const code = at("language").value;
  try {
    await useLanguage(code);
  } catch (failure) {
    at("language").value = document.documentElement.lang;
    failed(failure);
    return;
  }
  keepLanguage(code);
  for (const id of ["waiting", "mine", "tickets", "transcript", "tickets-here"]) at(id).replaceChildren();
  if (!at("live").hidden) live(at("live").dataset.connected === "true");
  showLists();
  talk.notice();
  talk.show();
};

setInterval(() => desk.tick(), TICK);
begin();
