// The conversation that is open on the right: its transcript, its steps, and the reply box.

import { ask } from "./api.js";
import { label } from "./labels.js";
import { ReplyBox } from "./reply.js";
import { Sending } from "./sending.js";
import { facts, line, lines, make, nameOf, reconcile, ticketLine } from "./view.js";

const READ_AGAIN = 100;
const NEAR_THE_END = 60;
const at = (id) => document.getElementById(id);

/** `desk` is what it asks back: `failed(failure)` for what went wrong, `changed()` for the lists. */
export class Talk {
  constructor(desk) {
    this.desk = desk;
    this.drafts = new Map();
    this.sending = new Sending((id, text) => this.post(id, text), (id) => id === this.id && this.showTranscript());
    this.atEnd = true;
    this.forget();
    at("take").onclick = () => this.step("take");
    at("return").onclick = () => this.step("return");
    at("close").onclick = () => this.step("close");
    at("to-end").onclick = () => this.toEnd();
    this.reply = new ReplyBox({
      typed: (text) => this.id && this.drafts.set(this.id, text),
      send: (text) => this.say(text),
      leave: () => this.desk.focusList(),
    });
    this.follow();
  }

  /** Whoever reads the end goes on reading the end, whatever changes its size. */
  follow() {
    const scroll = at("scroll");
    scroll.onscroll = () => {
      const near = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_THE_END;
      // Only who scrolls up leaves the end; when the box below grows, the end moves away by itself.
      if (near || scroll.scrollTop < this.top) this.atEnd = near;
      this.top = scroll.scrollTop;
      if (near) at("to-end").hidden = true;
    };
    const sizes = new ResizeObserver(() => this.atEnd && this.toEnd());
    sizes.observe(scroll);
    sizes.observe(at("transcript"));
  }

  forget() {
    this.id = null;
    this.conversation = null;
    this.messages = new Map();
    this.failure = null;
    this.busy = false;
  }

  /** Leaves nothing for the next agent at this page. */
  reset() {
    this.drafts.clear();
    this.sending.clear();
    this.conceal();
    this.forget();
    this.show();
  }

  /** Takes the customer's words off the page; what the agent has typed stays. */
  conceal() {
    this.conversation = null;
    this.messages.clear();
    this.reply.show("", "");
    for (const id of ["transcript", "facts", "tickets-here", "talk-title"]) at(id).replaceChildren();
    this.notice();
    this.showFoot();
  }

  get mine() {
    return this.conversation?.mode === "agent" && this.conversation.agent_id === this.desk.agent?.id;
  }

  get last() {
    return Math.max(0, ...this.messages.keys());
  }

  // Reading

  async open(id) {
    if (id !== this.id) {
      this.forget();
      this.id = id;
      at("transcript").replaceChildren();
      this.notice();
      this.show();
    }
    await this.refresh();
    if (id === this.id) this.focus();
  }

  focus() {
    (this.mine ? this.reply : at("take").hidden ? at("talk-title") : at("take")).focus();
  }

  /** Reads what is new, and the end of what is known again: a message can become undeliverable later. */
  async refresh() {
    const id = this.id;
    if (!id) return;
    try {
      let answer;
      let after = Math.max(0, this.last - READ_AGAIN);
      do {
        answer = await ask("GET", `conversations/${id}?after=${after}`);
        if (id !== this.id || at("desk").hidden) return;
        after = this.merge(answer);
      } while (answer.more);
      this.failure = null;
    } catch (failure) {
      if (id === this.id) this.failure = failure;
      this.desk.failed(failure, { quietly: true });
    }
    this.show();
  }

  merge({ conversation, messages }) {
    this.conversation = conversation;
    this.sending.settle(conversation.id, messages);
    for (const message of messages) this.messages.set(message.sequence, message);
    return messages.at(-1)?.sequence ?? this.last;
  }

  // Acting

  async step(name) {
    const id = this.id;
    if (this.busy || !id) return;
    if (name !== "take" && (this.reply.filled || this.sending.of(id).length)) {
      this.notice(label("console_unsent"));
      this.reply.focus();
      return;
    }
    this.setBusy(true);
    this.notice();
    try {
      await ask("POST", `conversations/${id}/${name}`);
    } catch (failure) {
      if (id === this.id) await this.refused(name, failure);
    }
    this.setBusy(false);
    if (id !== this.id) return;
    await this.refresh();
    this.focus();
    this.desk.changed();
  }

  async refused(name, failure) {
    if (failure.status !== 409) {
      this.desk.failed(failure);
      return;
    }
    await this.refresh();
    if (name !== "take") this.notice(label("console_not_in_charge"));
    else if (this.conversation?.mode === "agent" && !this.mine) this.notice(label("console_taken_by_other"));
  }

  setBusy(busy) {
    this.busy = busy;
    for (const id of ["take", "return", "close"]) at(id).ariaDisabled = String(busy);
  }

  async solve(ticketNumber) {
    try {
      await ask("POST", `tickets/${ticketNumber}/solve`);
      this.notice(`${label("console_ticket", { ticket: ticketNumber })}: ${label("console_ticket_solved")}`);
    } catch (failure) {
      this.desk.failed(failure);
    }
    this.desk.changed();
    await this.refresh();
  }

  // Writing

  say(text) {
    if (!this.mine) return;
    this.notice();
    this.sending.add(this.id, text, this.last);
    this.toEnd();
  }

  async post(id, text) {
    try {
      const { message } = await ask("POST", `conversations/${id}/messages`, { text });
      if (id === this.id) this.messages.set(message.sequence, message);
      return message.sequence;
    } catch (failure) {
      if (failure.status === 409 && id === this.id) this.notice(label("console_not_in_charge"));
      else this.desk.failed(failure, { quietly: failure.status === 0 });
      if (failure.status === 409) this.refresh();
      throw failure;
    }
  }

  /** What seems lost may have arrived: look before saying it twice. */
  async retry(id) {
    await this.refresh();
    if (!this.failure) await this.sending.retry(id);
  }

  // Showing

  notice(text = "") {
    at("talk-notice").textContent = text;
    at("talk-notice").hidden = !text;
  }

  show() {
    at("talk").hidden = !this.id;
    at("nothing-open").hidden = Boolean(this.id);
    if (!this.id) return;
    this.showHead();
    this.showTranscript();
    this.showFoot();
  }

  showHead() {
    const { conversation, mine } = this;
    at("talk-title").textContent = conversation ? nameOf(conversation) : "";
    at("facts").replaceChildren(...(conversation ? facts(conversation) : []));
    at("return").hidden = !mine;
    at("close").hidden = !mine;
    this.showTickets();
    this.desk.tick();
  }

  showTickets() {
    const here = this.desk.tickets.filter((ticket) => ticket.conversation.id === this.id);
    const items = here.map((ticket) => ({ key: ticket.number, number: ticket.number }));
    reconcile(at("tickets-here"), items, (item) => ticketLine(item, () => this.solve(item.number)));
  }

  showTranscript() {
    const { id } = this;
    const before = at("transcript").childElementCount;
    const messages = [...this.messages.values()].sort((one, other) => one.sequence - other.sequence);
    const writer = { name: this.desk.agent?.name ?? "", language: this.conversation?.language ?? "" };
    const items = lines(messages, this.sending.of(id), writer);
    reconcile(at("transcript"), items, (item) =>
      line(item, () => this.retry(id), () => this.sending.discard(id, item.key)),
    );
    this.showEmpty(messages.length > 0);
    if (this.atEnd || before === 0) this.toEnd();
    else if (at("transcript").childElementCount > before) at("to-end").hidden = false;
  }

  showEmpty(filled) {
    const empty = at("transcript-empty");
    empty.hidden = filled;
    if (filled) return;
    const retry = make("button", { textContent: label("console_try_again"), onclick: () => this.open(this.id) });
    empty.replaceChildren(...(this.failure ? [label("console_not_loaded"), retry] : [label("console_loading")]));
  }

  toEnd() {
    this.atEnd = true;
    at("scroll").scrollTop = at("scroll").scrollHeight;
    this.top = at("scroll").scrollTop;
    at("to-end").hidden = true;
  }

  showFoot() {
    const { mode, agent_name: other } = this.conversation ?? {};
    const others = {
      bot: label("console_with_bot"),
      closed: label("console_ended"),
      agent: label("console_with_other", { agent: other ?? "" }),
    };
    at("take").hidden = mode !== "waiting";
    at("state").hidden = this.mine || !(mode in others);
    at("state").textContent = others[mode] ?? "";
    at("reply").hidden = !this.mine;
    if (this.mine) this.reply.show(this.drafts.get(this.id) ?? "", this.conversation.language);
  }
}
