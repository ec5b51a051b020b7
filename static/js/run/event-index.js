// What is known of all events of a run without their contents: when, which lane, which type. Numbers count from 1.
const ODD = "ub"; // unknown and malformed share a lane

export class EventIndex {
  #url;
  #text = "";
  #hits = null;
  #counts = new Map();
  at = []; // milliseconds since the request was sent
  lanes = "";
  names = [];
  kinds = [];

  constructor(url) {
    this.#url = url;
  }

  get count() {
    return this.at.length;
  }

  counted(lane) {
    if (!lane) return this.count;
    return [...(lane === "u" ? ODD : lane)].reduce((sum, each) => sum + (this.#counts.get(each) ?? 0), 0);
  }

  // True if there was something new.
  async grow() {
    const after = this.count;
    const found = await this.#fetch({ index: "", after, ...(this.#text && { q: this.#text }) });
    if (!found?.at.length || this.count !== after) return false;
    let at = 0; // the first step of a piece counts from the request
    for (const step of found.at) this.at.push((at += step / 1000));
    for (const lane of found.lanes) this.#counts.set(lane, (this.#counts.get(lane) ?? 0) + 1);
    this.lanes += found.lanes;
    const known = found.names.map((name) => this.#nameOf(name));
    for (const kind of found.kinds) this.kinds.push(known[kind]);
    for (const number of found.hits ?? []) this.#hits?.push(number);
    return true;
  }

  // Which events contain this text; asked of the server, which has them.
  async find(text) {
    this.#text = text.trim();
    const found = this.#text ? await this.#fetch({ hits: "", q: this.#text }) : null;
    if (this.#text === text.trim()) this.#hits = found?.hits ?? null;
  }

  // The numbers of the events that are wanted; null: all of them.
  chosen({ lane, type }) {
    if (!lane && !type && !this.#hits) return null;
    const wanted = lane === "u" ? ODD : lane;
    const kind = type ? this.names.indexOf(type) : -1;
    const fits = (number) =>
      (!wanted || wanted.includes(this.lanes[number - 1])) && (!type || this.kinds[number - 1] === kind);
    if (this.#hits) return this.#hits.filter((number) => number <= this.count && fits(number));
    const found = [];
    for (let number = 1; number <= this.count; number++) if (fits(number)) found.push(number);
    return found;
  }

  #nameOf(name) {
    const known = this.names.indexOf(name);
    return known >= 0 ? known : this.names.push(name) - 1;
  }

  async #fetch(query) {
    const answer = await fetch(`${this.#url}?${new URLSearchParams(query)}`);
    return answer.ok ? answer.json() : null;
  }
}
