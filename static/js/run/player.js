// Plays a recording onto a page: its frames at their moments, through the very page a live run is shown with.
// `told` hears where it stands whenever that changes.
export const AT_ONCE = 0;

export class Player {
  #recording;
  #page;
  #told;
  #next = 0; // the first frame not shown yet
  #at = 0; // milliseconds of the recording
  #pace = 1;
  #last; // when the hand was moved last; undefined while it stands

  constructor(recording, page, told) {
    this.#recording = recording;
    this.#page = page;
    this.#told = told;
  }

  get at() {
    return this.#at;
  }

  get playing() {
    return this.#last !== undefined;
  }

  get ended() {
    return this.#recording.complete && this.#next >= this.#recording.frames.length;
  }

  // From where it stands; from the beginning when it had ended.
  play(pace = this.#pace) {
    this.#pace = pace;
    if (this.ended) this.#rewind();
    this.#last = performance.now();
    this.#step();
  }

  // All of it is on the page already, as it came live.
  stand() {
    this.#next = this.#recording.frames.length;
    this.#at = this.#recording.length;
    this.#told();
  }

  pause() {
    this.#last = undefined;
    this.#told();
  }

  // Another pace from here on; at once is to the end.
  set pace(pace) {
    this.#pace = pace;
    if (pace === AT_ONCE && !this.ended) this.play();
  }

  // What is not here yet is shown once it is.
  seek(moment) {
    const wanted = Math.max(moment, 0);
    if (wanted < this.#at) this.#rewind();
    this.#at = wanted;
    this.settle();
  }

  // Where it stands by all that is here, now that more of it may be.
  settle() {
    if (this.#recording.complete) this.#at = Math.min(this.#at, this.#recording.length);
    this.#show();
    this.#told();
  }

  // The first frame empties the page.
  #rewind() {
    this.#next = this.#at = 0;
  }

  #step() {
    if (!this.playing || this.#page.isGone) return;
    const now = performance.now();
    const wanted = this.#pace === AT_ONCE ? Infinity : this.#at + (now - this.#last) * this.#pace;
    this.#last = now;
    this.#at = Math.max(this.#at, Math.min(wanted, this.#recording.length)); // what is not here yet is waited for
    this.#show();
    if (this.ended) this.#last = undefined;
    else requestAnimationFrame(() => this.#step());
    this.#told();
  }

  #show() {
    const { moments, frames } = this.#recording;
    while (this.#next < frames.length && moments[this.#next] <= this.#at) this.#page.take(frames[this.#next++]);
  }
}
