// Builds what the agent sees. Whatever people wrote enters the page as text only, in its own direction and language.

import { LETTERS, capital, clock, day, isRightToLeft, label, languageName, span } from "./labels.js";

const ARABIC = /\p{Script=Arabic}/u;
const SCRIPTS = { ar: ARABIC, fa: ARABIC, ur: ARABIC, hi: /\p{Script=Devanagari}/u };

export function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children.filter(Boolean));
  return node;
}

/** Returns an element with somebody's words. Urdu or Hindi in Latin letters is marked as such, for the right font. */
export function words(tag, text, language, className = "", dir = "auto") {
  const latin = SCRIPTS[language] && !SCRIPTS[language].test(text) && /\p{Script=Latin}/u.test(text);
  return make(tag, { textContent: text, lang: latin ? `${language}-Latn` : language, dir, className });
}

/** Our own sentences go in the direction of their language, also when they begin with a foreign name. */
function direction({ author, language }) {
  if (author === "customer" || author === "agent") return "auto";
  return isRightToLeft(language) ? "rtl" : "ltr";
}

export function nameOf(conversation) {
  return `${label("console_customer")} ${conversation.id.slice(-4).toUpperCase()}`;
}

/** Makes `parent` show `items`, touching only what has changed, so that focus, selection and scrolling stay. */
export function reconcile(parent, items, build) {
  const known = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const signature = JSON.stringify(item);
    let node = known.get(item.key);
    if (node?.signature !== signature) {
      const fresh = Object.assign(build(item), { signature });
      fresh.dataset.key = item.key;
      if (node) place = exchange(node, fresh, place);
      node = fresh;
    }
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
    known.delete(item.key);
  }
  for (const node of known.values()) node.remove();
}

function exchange(node, fresh, place) {
  const focused = node.contains(document.activeElement);
  node.replaceWith(fresh);
  if (focused) fresh.querySelector("button")?.focus();
  return node === place ? fresh : place;
}

/** A line of the lists: a waiting customer, one of the agent's own, or a ticket. */
export function entry({ conversation, ticket, current, from, waits }, open) {
  const { language, channel, last } = conversation;
  const since = make("time", { className: "since", dateTime: from, dir: "auto" });
  since.dataset.from = from;
  const button = make(
    "button",
    { className: "entry", onclick: open, ariaCurrent: current ? "true" : null },
    make("span", { className: "letter", textContent: LETTERS[language], lang: language, ariaHidden: "true" }),
    make(
      "span",
      { className: "entry-head" },
      make("bdi", { className: "entry-name", textContent: ticket ?? nameOf(conversation) }),
      waits && dot(label("console_unanswered")),
      since,
    ),
    make("span", { className: "entry-kind", textContent: `${languageName(language)} · ${capital(channel)}` }),
    last && words("span", last.text, last.language, "entry-last"),
    tags(conversation, ticket),
  );
  return make("li", { className: waits ? "waits" : "" }, button);
}

function dot(meaning) {
  return make("span", { className: "dot", role: "img", ariaLabel: meaning, title: meaning });
}

function tags(conversation, ticket) {
  const shown = [];
  if (conversation.reason) shown.push(tag(reasonOf(conversation), conversation.reason));
  if (conversation.ticket && !ticket) shown.push(tag(label("console_ticket", { ticket: conversation.ticket })));
  return shown.length > 0 && make("span", { className: "tags" }, ...shown);
}

function tag(text, kind = "") {
  return make("span", { className: `tag ${kind}`, textContent: text });
}

function reasonOf(conversation) {
  return label(`console_reason_${conversation.reason}`);
}

/** Writes how long it has been into everything that counts time. */
export function tick(now) {
  for (const node of document.querySelectorAll("[data-from]")) {
    const time = span(Math.max(0, now - Date.parse(node.dataset.from)));
    node.textContent = node.dataset.long ? label("console_since", { time }) : time;
  }
}

/** What is known about a conversation, as a list of terms. */
export function facts(conversation) {
  const shown = [
    ["console_language", languageName(conversation.language)],
    ["console_channel", capital(conversation.channel)],
    ["console_reason", conversation.reason && reasonOf(conversation)],
  ];
  const nodes = shown.filter(([, value]) => value).map(([key, value]) => fact(label(key), value));
  if (conversation.mode === "waiting" && conversation.queued_at) {
    const since = make("dd");
    Object.assign(since.dataset, { from: conversation.queued_at, long: "yes" });
    nodes.push(make("div", { className: "fact" }, since));
  }
  return nodes;
}

function fact(name, value) {
  return make("div", { className: "fact" }, make("dt", { textContent: name }), make("dd", { textContent: value }));
}

export function ticketLine({ number }, solve) {
  return make(
    "div",
    { className: "ticket" },
    make("strong", { textContent: label("console_ticket", { ticket: number }) }),
    tag(label("console_ticket_open")),
    make("button", { className: "quiet", textContent: label("console_mark_solved"), onclick: solve }),
  );
}

/** Returns the lines of a transcript: days, messages, and what is on its way. */
export function lines(messages, pending, writer) {
  const shown = [];
  let before = null;
  for (const message of messages) {
    const date = day(new Date(message.at));
    if (date !== before?.date) shown.push({ kind: "day", key: `day-${date}`, date });
    const goesOn = date === before?.date && message.author === before.author && message.agent === before.agent;
    shown.push({ kind: "message", key: String(message.sequence), message, goesOn });
    before = { date, author: message.author, agent: message.agent };
  }
  for (const { key, text, state } of pending) shown.push({ kind: "pending", key, text, state, writer });
  return shown;
}

export function line(item, retry, discard) {
  if (item.kind === "day") return make("li", { className: "day" }, make("span", { textContent: item.date }));
  return item.kind === "message" ? messageLine(item) : pendingLine(item, retry, discard);
}

function messageLine({ message, goesOn }) {
  const { author } = message;
  const time = make("time", { textContent: clock(new Date(message.at)), dateTime: message.at, dir: "auto" });
  const name = make("bdi", { textContent: author === "agent" ? message.agent : label(`console_${author}`) });
  return make(
    "li",
    { className: `message ${author}${goesOn ? " goes-on" : ""}` },
    make("p", { className: "by" }, name, " ", time),
    words("p", message.text, message.language, "said", direction(message)),
    message.buttons.length > 0 && offered(message),
    message.undelivered && make("p", { className: "failed", textContent: `⚠ ${label("console_undelivered")}` }),
  );
}

function offered(message) {
  const choices = message.buttons.map((title) => words("li", title, message.language));
  return make("ul", { className: "offered", dir: direction(message), ariaLabel: label("console_offered") }, ...choices);
}

function pendingLine({ text, state, writer }, retry, discard) {
  const failed = state === "failed";
  return make(
    "li",
    { className: `message agent pending ${state}` },
    make("p", { className: "by" }, make("bdi", { textContent: writer.name })),
    words("p", text, writer.language, "said"),
    failed
      ? make(
          "p",
          { className: "failed" },
          `⚠ ${label("console_not_sent")} `,
          make("button", { className: "link", textContent: label("console_try_again"), onclick: retry }),
          make("button", { className: "link", textContent: label("console_discard"), onclick: discard }),
        )
      : make("p", { className: "sending", textContent: label("console_sending") }),
  );
}
