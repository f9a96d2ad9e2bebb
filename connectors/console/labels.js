// The console's own words, and how it writes times and names of languages, in the language that the agent has chosen.

import { ask } from "./api.js";

export const LANGUAGES = { en: "English", ar: "العربية", hi: "हिन्दी", ur: "اردو", fa: "فارسی" };
export const LETTERS = { en: "En", ar: "ع", hi: "अ", ur: "ٹ", fa: "پ" };
const RIGHT_TO_LEFT = new Set(["ar", "ur", "fa"]);
const KEPT_AS = "madad_console_language";
const ISOLATE = ["\u2068", "\u2069"];

let language = "en";
let labels = {};

/** Returns the language that was chosen before, or the browser's, or English. */
export function preferredLanguage() {
  const known = [stored(), ...navigator.languages.map((tag) => tag.split("-")[0])];
  return known.find((code) => code in LANGUAGES) ?? "en";
}

/** Goes over to a language, and writes it into the page. */
export async function useLanguage(code) {
  const answer = await ask("GET", `interface?language=${code}`);
  language = answer.language;
  labels = answer.labels;
  document.documentElement.lang = language;
  document.documentElement.dir = answer.direction;
  for (const node of document.querySelectorAll("[data-label]")) node.textContent = label(node.dataset.label);
  for (const node of document.querySelectorAll("[data-name]")) node.ariaLabel = label(node.dataset.name);
  const boxes = document.querySelectorAll("[data-placeholder]");
  for (const node of boxes) node.placeholder = label(node.dataset.placeholder);
}

export function keepLanguage(code) {
  try {
    localStorage.setItem(KEPT_AS, code);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

function stored() {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null;
  }
}

/** Returns a label with its {values}, each isolated so that it keeps its order between words of another direction. */
export function label(key, values = {}) {
  const text = labels[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? ISOLATE.join(values[name]) : whole));
}

export function languageName(code) {
  return new Intl.DisplayNames(language, { type: "language" }).of(code);
}

export function number(value) {
  return new Intl.NumberFormat(language).format(value);
}

export function clock(time) {
  return new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" }).format(time);
}

export function day(time) {
  const days = Math.round((midnight(time) - midnight(new Date())) / 86400000);
  if (days > -2) return capital(new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day"));
  return new Intl.DateTimeFormat(language, { dateStyle: "full" }).format(time);
}

export function capital(text) {
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}

export function isRightToLeft(code) {
  return RIGHT_TO_LEFT.has(code);
}

function midnight(time) {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate());
}

/** Returns a span of time in at most two units: 40 sec, 12 min, 2 hr 5 min, 3 days. */
export function span(milliseconds) {
  const minutes = Math.floor(milliseconds / 60000);
  if (minutes < 1) return unit(Math.max(10, Math.floor(milliseconds / 10000) * 10), "second");
  if (minutes < 60) return unit(minutes, "minute");
  if (minutes >= 48 * 60) return unit(Math.floor(minutes / 1440), "day");
  const parts = [unit(Math.floor(minutes / 60), "hour")];
  if (minutes % 60) parts.push(unit(minutes % 60, "minute"));
  return parts.join(" ");
}

function unit(value, name) {
  return new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
}
