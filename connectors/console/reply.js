// The reply box: it grows, counts, knows its direction, and sends on Enter.

import { label, number } from "./labels.js";

const MOST_CHARACTERS = 2000;
const COUNTED_FROM = 1800;
const at = (id) => document.getElementById(id);

/** Calls `typed(text)` at every change, `send(text)` for a reply that may be sent, `leave()` on Escape. */
export class ReplyBox {
  constructor({ typed, send, leave }) {
    Object.assign(this, { typed, send, leave });
    this.box = at("text");
    this.box.oninput = () => {
      this.typed(this.box.value);
      this.measure();
    };
    this.box.onkeydown = (event) => this.key(event);
    at("reply").onsubmit = (event) => this.submit(event);
  }

  get filled() {
    return this.box.value.trim() !== "";
  }

  show(text, language) {
    this.box.lang = language;
    if (this.box.value !== text) this.box.value = text;
    this.measure();
  }

  focus() {
    this.box.focus();
  }

  measure() {
    const length = [...this.box.value.trim()].length;
    const values = { count: number(length), limit: number(MOST_CHARACTERS) };
    // An empty box shows its placeholder, which is in the console's own language.
    this.box.dir = this.box.value ? "auto" : "";
    at("count").textContent = length > COUNTED_FROM ? label("console_characters", values) : "";
    at("count").classList.toggle("error", length > MOST_CHARACTERS);
    at("send").disabled = length === 0 || length > MOST_CHARACTERS;
    if (!CSS.supports("field-sizing", "content")) this.grow();
  }

  grow() {
    this.box.style.blockSize = "auto";
    this.box.style.blockSize = `${this.box.scrollHeight}px`;
  }

  key(event) {
    // While an input method composes a word, Enter ends the word.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.submit(event);
    if (event.key === "Escape") this.leave();
  }

  submit(event) {
    event.preventDefault();
    if (at("send").disabled) return;
    const text = this.box.value.trim();
    this.show("", this.box.lang);
    this.typed("");
    this.send(text);
    this.focus();
  }
}
