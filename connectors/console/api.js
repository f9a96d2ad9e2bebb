// What the console asks of the server, and the feed by which the server tells it that something has changed.

const ANSWER_WITHIN = 15000;
const SILENT_FOR = 50000;
const SESSION_ENDED = 4401;
const LONGEST_PAUSE = 15000;

/** A request that was refused (then `status` is not 0), or that did not get through. */
export class Failure extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/** Returns the JSON of the answer; throws a `Failure`. */
export async function ask(method, path, body) {
  let response;
  let answer;
  try {
    response = await fetch(`/console/api/${path}`, {
      method,
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    answer = await response.json();
  } catch {
    throw new Failure(response && !response.ok ? response.status : 0, "unreachable");
  }
  if (!response.ok) throw new Failure(response.status, answer.error);
  return answer;
}

/** Keeps a line to the server open. `ready` comes after every connection: what was missed must be asked for then. */
export class Feed {
  constructor({ event, connected, lost, ended }) {
    Object.assign(this, { event, connected, lost, ended });
    this.socket = null;
    this.failures = 0;
    addEventListener("online", () => this.again());
    addEventListener("offline", () => this.socket?.close());
  }

  start() {
    this.stop();
    const address = `${location.protocol.replace("http", "ws")}//${location.host}/console/feed`;
    const socket = new WebSocket(address);
    this.socket = socket;
    this.hear(socket);
    socket.onmessage = ({ data }) => socket === this.socket && this.receive(socket, JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.socket && this.broken(code);
  }

  stop() {
    const socket = this.socket;
    this.socket = null;
    clearTimeout(this.pause);
    clearTimeout(this.silence);
    socket?.close();
  }

  receive(socket, event) {
    this.hear(socket);
    if (event.type === "ready") {
      this.failures = 0;
      this.connected();
    }
    if (event.type !== "beat") this.event(event);
  }

  /** A line on which nothing comes for long is dead, although nobody has said so. */
  hear(socket) {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => socket === this.socket && this.broken(0), SILENT_FOR);
  }

  broken(code) {
    this.stop();
    if (code === SESSION_ENDED) {
      this.ended();
      return;
    }
    this.lost();
    const pause = Math.min(500 * 2 ** this.failures, LONGEST_PAUSE) * (0.75 + Math.random() / 2);
    this.failures += 1;
    this.pause = setTimeout(() => this.start(), pause);
  }

  again() {
    if (this.failures) this.start();
  }
}
