// The chat widget. Put <script src="https://…/widget.js" data-language="ar" defer></script> on a page of the shop.
// Optional: data-color="#0f766e" (the brand's colour), data-position="left" or "right".
// Everything that a person or a server wrote is set as text, never as HTML.
(() => {
  "use strict";

  const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
  if (document.getElementById("madad-widget")) return;
  const base = new URL("./", script.src);
  // The server fills this in: what is shown before it has been reached.
  const FIRST = /* first */ { languages: [], labels: {} };
  const VERSION = 1;
  const PING_SECONDS = 25;
  const ANSWER_SECONDS = 12;
  const LONGEST_WAIT_SECONDS = 30;
  const ICONS = {
    chat: "M12 3c5 0 9 3.4 9 7.8s-4 7.7-9 7.7c-1 0-2-.1-2.9-.4L5 20.5l.9-3.7C4.1 15.3 3 13.2 3 10.8 3 6.4 7 3 12 3Z",
    close: "M6 6l12 12M18 6 6 18",
    send: "M5 12h13M12.5 6l6 6-6 6",
    globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM3.5 12h17M12 3c5 5.5 5 12.5 0 18M12 3c-5 5.5-5 12.5 0 18",
    down: "M12 5v13M6 12.5l6 6 6-6",
    sent: "M5 12.5l4.5 4.5L19 7.5",
    sending: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8v4.5l3 1.5",
    person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5",
  };

  // What the browser keeps: the visitor's token and choices for long, the open panel and unsent messages for this tab.
  const storage = (area) => {
    const held = {};
    const name = (key) => "madad:" + base.host + ":" + key;
    return {
      get(key) {
        try { return JSON.parse(window[area].getItem(name(key))); } catch { return held[key] ?? null; }
      },
      set(key, value) {
        held[key] = value;
        try { window[area].setItem(name(key), JSON.stringify(value)); } catch { /* private mode: for this page only */ }
      },
    };
  };
  const kept = storage("localStorage");
  const tab = storage("sessionStorage");

  const make = (tag, properties = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  };
  const icon = (name) => {
    const create = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
    const [svg, path] = [create("svg"), create("path")];
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", "icon icon-" + name);
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  };
  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
  const countCharacters = (text) => [...text].length;

  // State

  const pageLanguage = script.dataset.language || document.documentElement.lang || navigator.language || "en";
  let language = kept.get("language") || pageLanguage.split("-")[0];
  if (!FIRST.labels[language]) language = "en";
  let labels = {};
  let limit = 2000;
  let state = { conversation: null, mode: "bot", agent: null, language: null };
  let conversation = null; // of the last message that was shown
  let last = 0;
  let pending = tab.get("pending") || []; // what has no place in the conversation yet: {id, fields, text, at, element, failed, acked}
  let inFlight = null;
  let seen = kept.get("seen") || { conversation: null, sequence: 0 };
  let unread = 0;
  let opened = false;
  let gap = null;
  let following = true; // the newest message is in view, and stays there

  const label = (key, values = {}) => {
    const text = labels[key] || "";
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };

  // The page's part: built once, filled in by showInterface()

  const host = make("div", { id: "madad-widget" });
  const root = host.attachShadow({ mode: "open" });
  const badge = make("span", { class: "badge", hidden: true });
  const launcher = make("button", { class: "launcher", type: "button", "aria-expanded": "false", "aria-controls": "panel", onclick: () => toggle() }, icon("chat"), icon("close"), badge);
  const title = make("h2", { id: "title" });
  const status = make("bdi");
  const subtitle = make("p", { class: "subtitle", role: "status" }, status);
  const picker = make("select", { onchange: () => chooseLanguage(picker.value) });
  const closer = make("button", { class: "quiet", type: "button", onclick: () => toggle(false) }, icon("close"));
  const avatar = make("span", { class: "avatar" }, icon("chat"), icon("person"));
  const header = make("header", {}, avatar, make("div", { class: "names" }, title, subtitle), make("label", { class: "language" }, icon("globe"), picker), closer);
  const welcome = make("p", { class: "text" });
  const greeting = make("div", { class: "message bot" }, welcome);
  const chips = make("div", { class: "choices" });
  const log = make("div", { class: "log" }, greeting, chips);
  const typing = make("div", { class: "typing", hidden: true }, make("i"), make("i"), make("i"), make("span", { class: "unseen" }));
  const pill = make("button", { class: "pill", type: "button", hidden: true, onclick: () => scrollDown() });
  const notice = make("p", { class: "notice", role: "alert", hidden: true });
  const input = make("textarea", { rows: "1", enterkeyhint: "send", dir: "auto" });
  const counter = make("span", { class: "counter", hidden: true });
  const send = make("button", { class: "send", type: "submit" }, icon("send"));
  const composer = make("form", {}, input, counter, send);
  const scroller = make("div", { class: "scroller", role: "log", "aria-live": "polite", tabindex: "0" }, log, typing);
  const panel = make("section", { id: "panel", class: "panel", role: "dialog", "aria-labelledby": "title", tabindex: "-1", hidden: true }, header, make("div", { class: "body" }, scroller, pill), notice, composer);
  const style = make("link", { rel: "stylesheet", href: new URL("widget.css", base).href });
  const frame = make("div", { class: "widget", hidden: true }, panel, launcher);
  style.addEventListener("load", () => { frame.hidden = false; restore(); });
  root.append(style, frame);

  const paint = () => {
    const color = script.dataset.color;
    if (!color || !CSS.supports("color", color)) return;
    host.style.color = color;
    const numbers = (getComputedStyle(host).color.match(/^rgba?\((.+)\)/) || ["", "0,0,0"])[1].match(/[\d.]+/g).map(Number);
    const [red, green, blue] = numbers.map((n) => (n / 255 <= 0.04045 ? n / 255 / 12.92 : ((n / 255 + 0.055) / 1.055) ** 2.4));
    const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    host.style.setProperty("--brand", color);
    host.style.setProperty("--on-brand", 1.05 / (luminance + 0.05) >= 4.5 ? "#fff" : "#000");
    host.style.color = "";
  };

  const showInterface = (shown) => {
    language = shown.language;
    labels = shown.labels;
    frame.lang = language;
    panel.dir = shown.direction;
    title.textContent = label("widget_title");
    closer.setAttribute("aria-label", label("widget_close"));
    picker.setAttribute("aria-label", label("widget_language"));
    scroller.setAttribute("aria-label", label("widget_log"));
    welcome.textContent = label("widget_welcome");
    greeting.hidden = !welcome.textContent;
    input.placeholder = label("widget_placeholder");
    input.setAttribute("aria-label", label("widget_placeholder"));
    send.setAttribute("aria-label", label("widget_send"));
    pill.replaceChildren(icon("down"), label("widget_new_messages"));
    if (shown.languages) {
      picker.replaceChildren(...shown.languages.map(({ code, name, direction }) => {
        const option = make("option", { value: code, lang: code, dir: direction });
        option.textContent = name;
        return option;
      }));
    }
    picker.value = language;
    if (shown.suggestions) suggest(shown.suggestions);
    for (const message of log.querySelectorAll(".message[data-author]")) message.relabel();
    showConnection();
    showLauncher();
  };

  const suggest = (titles) => {
    chips.replaceChildren(...titles.map((text) => {
      const chip = make("button", { type: "button", onclick: () => { write(text); focusInside(); } });
      chip.textContent = text;
      return chip;
    }));
    chips.hidden = log.querySelector("[data-author]") !== null;
  };

  const showLauncher = () => {
    launcher.setAttribute("aria-label", label(opened ? "widget_close" : "widget_open") + (unread ? ` (${unread})` : ""));
    badge.hidden = !unread;
    badge.textContent = unread > 9 ? "9+" : unread;
  };

  const showConnection = () => {
    const connected = connection.status;
    frame.dataset.connection = connected;
    frame.dataset.agent = state.agent ? "yes" : "no";
    const texts = { connecting: label("widget_connecting"), offline: label("widget_offline"), refused: label("widget_update") };
    status.textContent = texts[connected] ?? state.agent ?? label("widget_subtitle");
    if (connected !== "online") showTyping(false);
  };

  // Opening and closing

  const toggle = (open = !opened, focus = true) => {
    opened = open;
    tab.set("open", open);
    panel.hidden = !open;
    frame.classList.toggle("open", open);
    launcher.setAttribute("aria-expanded", String(open));
    if (open) {
      connection.open();
      markSeen();
      grow();
      scrollDown();
      if (focus) focusInside();
    } else if (focus) launcher.focus();
    showLauncher();
  };

  // Not the input on a touch screen: the keyboard would cover what there is to read.
  const focusInside = () => (matchMedia("(pointer: coarse)").matches ? panel : input).focus({ preventScroll: true });

  const markSeen = () => {
    if (!opened || document.hidden) return;
    seen = { conversation, sequence: last };
    kept.set("seen", seen);
    unread = 0;
    showLauncher();
  };

  const atBottom = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
  const scrollDown = () => { following = true; scroller.scrollTop = scroller.scrollHeight; pill.hidden = true; };

  // Messages

  const bubble = (message) => {
    const { author, text } = message;
    const body = make("p", { class: "text", lang: message.language, dir: author === "customer" ? "auto" : message.direction });
    body.textContent = text;
    const name = make("span", { class: author === "bot" || author === "agent" ? "name" : "unseen", dir: "auto" });
    const mark = make("button", { class: "status", type: "button", disabled: true, onclick: () => retry(message.client_id) });
    const time = make("time", { datetime: message.at, dir: "auto" });
    const element = make("div", { class: "message " + author, "data-author": author }, name, body);
    const choices = (message.buttons || []).map((button, place) => {
      const choice = make("button", { type: "button", lang: message.language, dir: message.direction, onclick: () => press(message, place, button.title) });
      choice.textContent = button.title;
      return choice;
    });
    if (choices.length) element.append(make("div", { class: "choices", dir: message.direction }, ...choices));
    element.append(make("span", { class: "about" }, time, ...(author === "customer" ? [mark] : [])));
    element.relabel = () => {
      const names = { customer: label("widget_you"), bot: label("widget_bot"), system: label("widget_system"), agent: message.agent || "" };
      name.textContent = names[author];
      time.textContent = new Date(message.at).toLocaleTimeString(language, { hour: "numeric", minute: "2-digit" });
      const { delivery } = element.dataset;
      if (!delivery) return;
      const texts = { sending: label("widget_sending"), sent: label("widget_sent"), failed: label("widget_not_sent") };
      mark.replaceChildren(...(delivery === "failed" ? [texts.failed] : [icon(delivery)]));
      mark.setAttribute("aria-label", texts[delivery]);
      mark.disabled = delivery !== "failed";
    };
    element.deliver = (delivery) => { element.dataset.delivery = delivery; element.relabel(); };
    element.use = (place) => choices.forEach((choice, n) => { choice.disabled = true; choice.classList.toggle("chosen", n === place); });
    element.message = message;
    element.relabel();
    return element;
  };

  const place = (element) => {
    const firstPending = pending.find((one) => one.element && one.element !== element && one.element.isConnected);
    log.insertBefore(element, element.message.sequence && firstPending ? firstPending.element : null);
    const before = element.previousElementSibling;
    const close = before && before.message && before.message.author === element.message.author && before.message.agent === element.message.agent
      && new Date(element.message.at) - new Date(before.message.at) < 120000;
    element.classList.toggle("follows", Boolean(close));
    if (before) before.classList.toggle("followed", Boolean(close));
    chips.hidden = true;
  };

  const showMessage = (message) => {
    if (message.conversation !== conversation) { conversation = message.conversation; last = 0; }
    if (message.sequence <= last) return;
    if (message.sequence > last + 1 && last > 0 && gap !== last) {
      gap = last; // asked for once
      connection.say("resume", { after: last, conversation });
      return;
    }
    last = message.sequence;
    const mine = message.author === "customer";
    const waiting = mine && pending.find((one) => one.id === message.client_id);
    if (waiting) waiting.element.remove();
    const element = bubble(message);
    if (mine) element.deliver("sent");
    settle(message.client_id);
    place(element);
    if (message.press) usePressed(message.press);
    if (!mine) showTyping(false);
    if (following || mine) scrollDown();
    else pill.hidden = !opened;
    const isNew = message.conversation !== seen.conversation || message.sequence > seen.sequence;
    if (!mine && isNew) unread += 1;
    markSeen();
    showLauncher();
  };

  const offering = (sequence) => [...log.querySelectorAll("[data-author]")].reverse()
    .find(({ message }) => message.sequence === sequence && message.conversation === conversation);
  const usePressed = (pressed) => { const offer = offering(pressed.sequence); if (offer) offer.use(pressed.button); };

  const showTyping = (on) => {
    const shown = on && state.mode === "bot" && connection.status === "online";
    typing.hidden = !shown;
    typing.lastChild.textContent = shown ? label("widget_typing") : "";
    clearTimeout(showTyping.timer);
    if (shown) {
      showTyping.timer = setTimeout(() => showTyping(false), 30000);
      if (following) scrollDown();
    }
  };

  const showNotice = (text) => {
    notice.textContent = text;
    notice.hidden = !text;
    clearTimeout(showNotice.timer);
    if (text) showNotice.timer = setTimeout(() => showNotice(""), 8000);
  };

  // Sending: one message at a time, so that they arrive in the order in which they were written

  const write = (text) => {
    text = text.trim();
    if (!text) return false;
    if (countCharacters(text) > limit) { showNotice(label("widget_too_long", { limit })); return false; }
    queue(text, { type: "message", text });
    return true;
  };

  const press = (message, button, titleText) => {
    const element = offering(message.sequence);
    if (element) element.use(button);
    queue(titleText, { type: "press", sequence: message.sequence, button, conversation: message.conversation });
    focusInside();
  };

  const queue = (text, fields) => {
    const one = { id: newId(), fields, text, at: new Date().toISOString() };
    pending.push(one);
    showPending(one);
    scrollDown();
    keepPending();
    connection.open();
    flush();
  };

  const showPending = (one) => {
    one.element = bubble({ author: "customer", text: one.text, at: one.at, language, client_id: one.id });
    one.element.deliver(one.failed ? "failed" : "sending");
    place(one.element);
  };

  const keepPending = () => tab.set("pending", pending.filter(({ acked }) => !acked).map(({ id, fields, text, at, failed }) => ({ id, fields, text, at, failed })));

  const flush = () => {
    const one = pending.find(({ failed, acked }) => !failed && !acked);
    if (!one || inFlight || connection.status !== "online") return;
    inFlight = one.id;
    connection.say(one.fields.type, { ...one.fields, client_id: one.id });
    clearTimeout(flush.timer);
    flush.timer = setTimeout(() => { if (inFlight === one.id) connection.lose(); }, ANSWER_SECONDS * 1000);
  };

  const next = (id) => {
    keepPending();
    if (inFlight !== id) return;
    inFlight = null;
    clearTimeout(flush.timer);
    flush();
  };
  const settle = (id) => { pending = pending.filter((one) => one.id !== id); next(id); };

  const retry = (id) => {
    const one = pending.find((other) => other.id === id);
    if (!one) return;
    one.failed = false;
    one.element.deliver("sending");
    keepPending();
    flush();
  };

  const refuse = ({ code, client_id: id, text, retry_after: seconds }) => {
    const one = pending.find((other) => other.id === id);
    if (code === "too_fast") showNotice(label("widget_too_fast"));
    if (code === "too_long") showNotice(label("widget_too_long", { limit }));
    if (!one) return;
    if (code === "too_fast" && seconds) {
      // Still in flight as far as the queue goes: nothing overtakes it.
      clearTimeout(flush.timer);
      flush.timer = setTimeout(() => { if (inFlight === id) { inFlight = null; flush(); } }, seconds * 1000 + 100);
      return;
    }
    if (code === "button_expired" || code === "blank") {
      if (code === "button_expired") showNotice(text);
      one.element.remove();
      settle(id);
      return;
    }
    one.failed = true;
    one.element.deliver("failed");
    next(id);
  };

  // The connection

  const connection = {
    status: "idle",
    socket: null,
    tries: 0,

    open() {
      if (this.socket || this.status === "refused") return;
      clearTimeout(this.again);
      if (this.status !== "offline") this.status = "connecting";
      showConnection();
      const url = new URL("web/socket", base);
      url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
      const socket = new WebSocket(url.href);
      this.socket = socket;
      this.expect();
      socket.onopen = () => this.say("hello", { token: kept.get("token"), language, conversation, after: last });
      socket.onmessage = (event) => { if (socket === this.socket) this.hear(JSON.parse(event.data)); };
      socket.onclose = () => { if (socket === this.socket) this.lose(); };
    },

    say(type, fields = {}) {
      if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ v: VERSION, type, ...fields }));
    },

    hear(message) {
      clearTimeout(this.deadline);
      clearTimeout(this.quiet);
      this.quiet = setTimeout(() => { this.say("ping"); this.expect(); }, PING_SECONDS * 1000);
      const listener = { welcome: onWelcome, ack: onAck, message: showMessage, state: onState, interface: showInterface, error: onError }[message.type];
      if (listener) listener(message);
    },

    expect() {
      clearTimeout(this.deadline);
      this.deadline = setTimeout(() => this.lose(), ANSWER_SECONDS * 1000);
    },

    lose() {
      const socket = this.socket;
      this.socket = null;
      inFlight = null;
      for (const timer of [this.deadline, this.quiet, flush.timer]) clearTimeout(timer);
      if (socket) socket.close();
      if (this.status === "refused") return showConnection();
      this.status = "offline";
      showConnection();
      const wait = Math.min(LONGEST_WAIT_SECONDS, 2 ** this.tries) * (0.5 + Math.random() / 2);
      this.tries += 1;
      this.again = setTimeout(() => this.open(), wait * 1000);
    },

    hurry() {
      if (this.status === "offline" && !this.socket) this.open();
    },
  };

  const onWelcome = (welcomed) => {
    connection.status = "online";
    connection.tries = 0;
    kept.set("token", welcomed.token);
    limit = welcomed.limits.characters;
    state = welcomed.state;
    if (conversation && state.conversation !== conversation) { conversation = state.conversation; last = 0; }
    showInterface(welcomed.interface);
    // A screen reader is not to read the history aloud.
    scroller.setAttribute("aria-live", last ? "polite" : "off");
    const fresh = last === 0;
    const messages = welcomed.messages;
    if (fresh && messages.length) { conversation = messages[0].conversation; last = messages[0].sequence - 1; }
    if (fresh) greeting.hidden = messages.length > 0 && messages[0].sequence > 1;
    messages.forEach(showMessage);
    if (fresh) scrollDown();
    setTimeout(() => scroller.setAttribute("aria-live", "polite"), 500);
    flush();
  };

  const onAck = ({ client_id: id, duplicate }) => {
    // The message itself, which may come before or after, takes it off the list.
    const one = pending.find((other) => other.id === id);
    if (one) { one.acked = true; one.element.deliver("sent"); }
    next(id);
    if (one && !duplicate) showTyping(true);
  };

  const onState = (changed) => {
    const spoken = changed.language && changed.language !== (state.language || language);
    state = changed;
    if (spoken && changed.language !== language) connection.say("language", { language: changed.language });
    if (state.mode !== "bot") showTyping(false);
    showConnection();
  };

  const onError = (error) => {
    if (error.code === "unsupported_version") connection.status = "refused";
    refuse(error);
    showConnection();
  };

  const chooseLanguage = (chosen) => {
    kept.set("language", chosen);
    language = chosen;
    if (connection.status === "online") connection.say("language", { language: chosen });
    else showFirst();
  };

  const showFirst = () => {
    const { direction = "ltr" } = FIRST.languages.find(({ code }) => code === language) || {};
    showInterface({ language, direction, labels: FIRST.labels[language] || {}, languages: FIRST.languages });
  };

  // What the customer does

  const grow = () => {
    input.style.height = "auto";
    input.style.height = input.scrollHeight + "px";
    const length = countCharacters(input.value);
    counter.hidden = length < limit * 0.9;
    counter.textContent = `${length} / ${limit}`;
    counter.classList.toggle("over", length > limit);
    send.disabled = !input.value.trim();
  };
  const submit = () => {
    if (write(input.value)) { input.value = ""; showNotice(""); }
    grow();
    input.focus();
  };
  input.addEventListener("input", grow);
  input.addEventListener("keydown", (event) => {
    // While an input method composes, Enter chooses a word.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      submit();
    }
  });
  composer.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) { event.stopPropagation(); toggle(false); }
  });
  let height = 0;
  scroller.addEventListener("scroll", () => {
    if (scroller.clientHeight !== height) return; // the browser moved it, not the reader
    following = atBottom();
    if (following) pill.hidden = true;
  }, { passive: true });
  new ResizeObserver(() => { height = scroller.clientHeight; if (following) scrollDown(); }).observe(scroller);
  addEventListener("online", () => connection.hurry());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { connection.hurry(); markSeen(); } });

  const restore = () => {
    paint();
    pending.forEach(showPending);
    grow();
    if (tab.get("open")) toggle(true, false);
    else if (kept.get("token") || pending.length) connection.open();
  };

  const side = script.dataset.position || (getComputedStyle(document.documentElement).direction === "rtl" ? "left" : "right");
  frame.classList.add(side === "left" ? "left" : "right");
  showFirst();
  document.body.append(host);
  window.Madad = { open: () => toggle(true), close: () => toggle(false) };
})();
