// What is on the stage: a live run, or a recording; through the page that every run is shown with.
import { Line } from "../run/line.js";
import { Page } from "../run/page.js";
import { Player } from "../run/player.js";
import { Scrubber } from "../run/scrubber.js";

export class Show {
  #root;
  #bar;
  #signs;
  #scrubber;
  #player;
  #turn = 0; // what is on the stage now; what belonged to another turn is over

  constructor(stage) {
    this.#root = stage.querySelector("[data-stage-show]");
    this.#bar = stage.querySelector("[data-stage-bar]");
    this.#signs = Object.fromEntries([...stage.querySelectorAll("[data-sign]")].map((sign) => [sign.dataset.sign, sign]));
    this.#scrubber = new Scrubber(this.#bar, this.#bar.querySelector(".scrub"), new AbortController().signal);
    for (const kind of ["online", "offline"]) addEventListener(kind, () => this.lost(kind === "offline"));
  }

  get isEmpty() {
    return !this.#root.dataset.run;
  }

  get #waits() {
    return this.#root.querySelector("[data-run-part=problem] [data-countdown]");
  }

  clear() {
    this.#begin("");
    this.#bar.inert = true;
  }

  // A run under way. `ended` hears how it ended, and whether texts stand there as they should look; `stuck` that the
  // upstream makes the room wait: it is busy, or nothing came for so long.
  live({ run, socket, poll }, patience, { ended, stuck }) {
    const turn = this.#begin(run);
    const page = new Page(this.#root);
    let whole = true;
    this.#bar.inert = true;
    const silent = setTimeout(() => turn === this.#turn && stuck(), patience);
    const { version } = this.#root.dataset;
    const line = new Line({ socket, poll, version, at: 0 }, {
      frame: (frame) => {
        if (turn !== this.#turn) return;
        page.take(frame);
        if (frame.n || frame.end) {
          this.lost(false);
          clearTimeout(silent);
        }
        if (frame.s?.problem && this.#waits) stuck();
        if (frame.end) ended(frame.end, whole);
      },
      blocked: (is) => (whole = !is), // whoever only asks is shown texts as they are
      lost: (lost) => turn === this.#turn && this.lost(lost),
      newer() {},
      gone: () => turn !== this.#turn,
    });
    line.open();
  }

  play(recording, fallen) {
    this.#begin("recorded");
    this.#signs.recorded.hidden = !fallen;
    this.#take(recording).play(this.#scrubber.pace);
  }

  // Ready to be played.
  hold(recording) {
    this.#begin("");
    this.#take(recording);
    this.#root.dataset.run = "";
  }

  // The recording of what was live until now. `whole`: all of it is on the page as it should look.
  after(recording, whole) {
    const player = this.#take(recording);
    if (whole) player.stand();
    else player.seek(Infinity);
  }

  toggle() {
    if (this.#bar.inert) return;
    this.#bar.querySelector("[data-replay-play]").click();
  }

  lost(lost) {
    this.#signs.lost.hidden = !lost;
  }

  // Nothing can play instead of what failed: so it is said.
  reveal() {
    this.#root.querySelector("[data-run-part=problem]").hidden = false;
  }

  #take(recording) {
    this.#player = new Player(recording, new Page(this.#root), () => this.#scrubber.show());
    this.#scrubber.hold(this.#player, recording.wire);
    this.#bar.inert = false;
    return this.#player;
  }

  #begin(run) {
    this.#player?.pause();
    this.#root.dataset.run = run;
    this.#root.querySelector("[data-flow]").replaceChildren();
    for (const part of this.#root.querySelectorAll("[data-run-part]")) {
      part.dataset.of = run;
      part.replaceChildren();
    }
    this.#root.querySelector("[data-run-part=problem]").hidden = true;
    this.#signs.recorded.hidden = true;
    return ++this.#turn;
  }
}
