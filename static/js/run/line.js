// The line to the server: a websocket that comes back by itself for as long as the page is there, and where websockets
// are blocked, a question every second. It hands on whole frames, acknowledges them, and knows how far they reach.
const QUIET = 30_000; // the server beats every 20 s: longer silence means that nobody is there
const ANSWERED = 10_000; // a socket that has not been made by then is on its way into nowhere
const ACK_EVERY = 1_000;
const ACK_BYTES = 65_536;
const POLL_EVERY = 800; // what is closed meanwhile is to be gone within a second
const SLOWER = 4; // a server that takes long to answer is asked less often
const BLOCKED_AFTER = 4_000;

export class Line {
  #data;
  #on;
  #at; // the event after which the page is whole
  #socket;
  #received = 0;
  #acknowledged = 0;
  #bytes = 0;
  #tries = 0;
  #opened = false;
  #ended = false;
  #polling = false;
  #asleep = false;
  #watchdog;
  #heard = 0; // when, by the clock on the wall: a laptop that sleeps stops all others
  #acking;

  constructor(data, on) {
    this.#data = data;
    this.#on = on;
    this.#at = Number(data.at);
    for (const event of ["online", "pageshow"]) addEventListener(event, () => this.#wake());
    document.addEventListener("visibilitychange", () => !document.hidden && this.#wake());
    // A page that sleeps reads nothing: what came meanwhile would be waiting for it, piece by piece. It asks anew.
    document.addEventListener("freeze", () => this.#sleep());
    document.addEventListener("resume", () => this.#again());
  }

  get isOpen() {
    return !this.#ended;
  }

  open() {
    if (this.#ended || this.#on.gone()) return;
    const address = new URL(this.#data.socket, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    address.searchParams.set("lang", document.documentElement.lang);
    const socket = (this.#socket = new WebSocket(address));
    this.#await(ANSWERED);
    this.#received = this.#acknowledged = this.#bytes = 0;
    socket.onopen = () => {
      socket.send(JSON.stringify({ after: this.#at }));
      this.#listen();
    };
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = ({ code }) => socket === this.#socket && this.#closed(code);
    if (!this.#opened && this.#data.poll) setTimeout(() => this.#opened || this.#ended || this.#poll(), BLOCKED_AFTER);
  }

  // Ask for everything anew.
  restart() {
    this.#at = 0;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ after: 0 }));
  }

  // A line is open when something came: there are networks that let one be made and nothing through.
  #take(text) {
    if (!this.#opened) this.#on.blocked?.(false);
    this.#opened = true;
    this.#tries = 0;
    this.#listen();
    this.#received += 1;
    this.#bytes += text.length;
    this.#hand(JSON.parse(text));
    if (this.#bytes >= ACK_BYTES) this.#acknowledge();
    else this.#acking ??= setTimeout(() => this.#acknowledge(), ACK_EVERY);
  }

  #hand(frame) {
    if (frame.n !== undefined) this.#at = frame.n;
    if (frame.hello && frame.hello !== this.#data.version) this.#on.newer();
    if (frame.hello || frame.u) this.#on.lost(false);
    this.#on.frame(frame);
    if (frame.end) this.#end();
  }

  #acknowledge() {
    clearTimeout(this.#acking);
    this.#acking = undefined;
    this.#bytes = 0;
    if (this.#received === this.#acknowledged || this.#socket.readyState !== WebSocket.OPEN) return;
    this.#acknowledged = this.#received;
    this.#socket.send(JSON.stringify({ ack: this.#received }));
  }

  #listen() {
    this.#heard = Date.now();
    this.#await(QUIET);
  }

  #await(patience) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#again(), patience);
  }

  #closed(code) {
    clearTimeout(this.#watchdog);
    if (this.#ended || this.#asleep || this.#on.gone()) return;
    if (code === 4404) return this.#gone();
    if (code === 4401) return location.reload();
    if (this.#opened) this.#on.lost(true);
    const wait = Math.min(500 * 2 ** this.#tries, 10_000) * (0.5 + Math.random() / 2);
    this.#tries += 1;
    setTimeout(() => this.#socket.readyState === WebSocket.CLOSED && this.open(), wait);
  }

  #sleep() {
    this.#asleep = true;
    clearTimeout(this.#watchdog);
    this.#socket?.close?.();
  }

  // The old socket may be dead without knowing it: it is left behind, whatever it says.
  #again() {
    if (this.#ended || this.#on.gone()) return;
    this.#asleep = false;
    const old = this.#socket;
    this.#socket = { readyState: WebSocket.CLOSED };
    old?.close?.();
    this.open();
  }

  #wake() {
    if (this.#ended || this.#asleep || !this.#socket || this.#on.gone()) return;
    this.#tries = 0;
    if (this.#socket.readyState === WebSocket.CLOSED) this.open();
    else if (this.#opened && Date.now() - this.#heard > QUIET) this.#again();
  }

  async #poll() {
    if (this.#polling) return;
    this.#polling = true;
    this.#on.blocked?.(true);
    const address = new URL(this.#data.poll, location.href);
    while (!this.#opened && !this.#ended && !this.#on.gone()) {
      const asked = performance.now();
      address.searchParams.set("after", this.#at);
      try {
        const answer = await fetch(address, { headers: { Accept: "application/json" } });
        const told = answer.ok ? await answer.json() : null;
        if (this.#opened || this.#ended) break; // a line has said more meanwhile: this is how it was
        if (answer.status === 404) return this.#gone();
        if (told) for (const frame of told.frames) this.#hand(JSON.parse(frame));
        this.#on.lost(!answer.ok);
      } catch {
        this.#on.lost(true);
      }
      const took = performance.now() - asked;
      await new Promise((resolve) => setTimeout(resolve, Math.max(POLL_EVERY, SLOWER * took) - took));
    }
    this.#polling = false;
  }

  // There is nothing at the other end any more.
  #gone() {
    this.#end();
    this.#on.missing?.();
  }

  #end() {
    this.#acknowledge();
    this.#ended = true;
    clearTimeout(this.#watchdog);
    this.#socket?.close?.();
  }
}
