// A run that has ended, as the server recorded it: lines of [milliseconds, frame], in order. Once all of it is here,
// nobody is asked any more.
export class Recording {
  moments = [];
  frames = [];
  complete = false;
  #url;
  #loading;

  constructor(url) {
    this.#url = url;
  }

  // Resolves when all of it is here; rejects when it does not come, and may then be asked again.
  load() {
    return (this.#loading ??= this.#read().catch((problem) => {
      this.#loading = undefined;
      throw problem;
    }));
  }

  // How far it is here.
  get length() {
    return this.moments.at(-1) ?? 0;
  }

  // The run as a line, when all of it is here.
  get wire() {
    const holder = document.createElement("template");
    holder.innerHTML = this.frames.at(-1).s.head;
    return holder.content.querySelector(".wire");
  }

  async #read() {
    const answer = await fetch(this.#url);
    if (!answer.ok) throw new Error(`${answer.status}`);
    this.moments = [];
    this.frames = [];
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let piece; !(piece = await reader.read()).done; ) {
      const lines = (rest + piece.value).split("\n");
      rest = lines.pop();
      for (const line of lines) this.#keep(JSON.parse(line));
    }
    if (!this.frames.at(-1)?.end) throw new Error("cut off");
    this.complete = true;
  }

  #keep([moment, frame]) {
    this.moments.push(moment);
    this.frames.push(frame);
  }
}
