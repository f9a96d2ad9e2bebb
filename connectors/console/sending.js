// The agent's words on their way to the server: in order, visible at once, and honest about what has not arrived.

let count = 0;

/** For each conversation, what has not been confirmed. `changed(id)` is called whenever that changes. */
export class Sending {
  constructor(post, changed) {
    this.post = post;
    this.changed = changed;
    this.queues = new Map();
    this.busy = new Set();
  }

  of(id) {
    return this.queues.get(id) ?? [];
  }

  /** `after` is the last message known when this was written: a copy of it can only come later. */
  add(id, text, after) {
    const behindFailure = this.of(id).some((item) => item.state === "failed");
    const item = { key: `new-${(count += 1)}`, text, after, state: behindFailure ? "failed" : "sending" };
    this.queues.set(id, [...this.of(id), item]);
    this.changed(id);
    return this.pump(id);
  }

  retry(id) {
    for (const item of this.of(id)) item.state = "sending";
    this.changed(id);
    return this.pump(id);
  }

  discard(id, key) {
    this.queues.set(id, this.of(id).filter((item) => item.key !== key));
    this.changed(id);
  }

  clear() {
    this.queues.clear();
  }

  /** Drops what the transcript shows to have arrived, although the answer to it was lost or comes later. */
  settle(id, messages) {
    const waiting = [...this.of(id)];
    for (const message of messages) {
      if (message.author !== "agent") continue;
      const place = waiting.findIndex((item) => item.after < message.sequence && same(item.text, message.text));
      if (place < 0) continue;
      waiting.splice(place, 1);
      for (const later of waiting) later.after = Math.max(later.after, message.sequence);
    }
    this.queues.set(id, waiting);
  }

  async pump(id) {
    if (this.busy.has(id)) return;
    this.busy.add(id);
    try {
      for (let item; (item = this.of(id)[0]) && item.state === "sending"; ) {
        const sequence = await this.post(id, item.text);
        for (const later of this.of(id)) later.after = Math.max(later.after, sequence);
        this.discard(id, item.key);
      }
    } catch {
      for (const item of this.of(id)) item.state = "failed";
      this.changed(id);
    } finally {
      this.busy.delete(id);
    }
  }
}

/** Compares as the server cleans: compatibility forms, digits and blanks do not matter. */
function same(one, other) {
  return plain(one) === plain(other);
}

function plain(text) {
  return text.normalize("NFKC").replace(/\p{Nd}/gu, (digit) => digitValue(digit)).replace(/[\s\p{Cc}\p{Cf}]+/gu, "");
}

function digitValue(digit) {
  let zero = digit.codePointAt(0);
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && digit.codePointAt(0) - zero < 9) zero -= 1;
  return String(digit.codePointAt(0) - zero);
}
