// The presenter's page: prompts as buttons, one of them on the stage; run live, or played again from its recording. When
// the live call fails or makes the room wait, the recording plays instead, and only a dot says so. Recordings are fetched at once, so that
// they play when nobody answers any more.
import { Recording } from "../run/recording.js";
import { post } from "../request/sending.js";
import { Discreet } from "./discreet.js";
import { Show } from "./show.js";
import { listen } from "./keys.js";

const FAILED = ["failed", "interrupted"];

export function attach(stage) {
  const prompts = [...stage.querySelectorAll("[data-prompt]")];
  if (!prompts.length) return listen({ step() {}, choose() {}, replay() {}, toggle() {} }); // one can still leave
  const find = (name) => stage.querySelector(`[data-stage-${name}]`);
  const show = new Show(stage);
  const discreet = new Discreet(JSON.parse(stage.dataset.secrets));
  const recorded = prompts.filter((prompt) => prompt.dataset.recording);
  const recordings = new Map(recorded.map((prompt) => [prompt, new Recording(prompt.dataset.recording)]));
  let current = prompts.find((prompt) => prompt.getAttribute("aria-pressed") === "true");
  let stop = "";

  const of = (name, prompt = current) => stage.querySelector(`[data-${name}="${CSS.escape(prompt.dataset.prompt)}"]`);
  const say = (text) => (find("said").textContent = text);
  const busy = (address) => {
    stop = address;
    find("run").hidden = Boolean(address);
    find("stop").hidden = !address;
  };

  // What stands in the blanks of the question: as typed, or as it was when it was recorded; never what looks like a secret.
  const fillIn = (values) => {
    for (const mark of of("asked").querySelectorAll("[data-blank]")) mark.textContent = values[mark.dataset.blank] || mark.dataset.blank;
  };
  const typed = () => Object.fromEntries([...new FormData(of("blanks"))].map(([name, value]) => [name.replace(/^blank\./, ""), discreet.hide(value)]));

  const choose = (prompt) => {
    if (!prompt) return;
    current = prompt;
    for (const each of prompts) each.setAttribute("aria-pressed", each === prompt);
    for (const each of prompts) of("asked", each).hidden = of("blanks", each).hidden = each !== prompt;
    prompt.scrollIntoView({ block: "nearest" });
    const address = new URL(location.href);
    address.searchParams.set("prompt", prompt.dataset.prompt);
    history.replaceState(history.state, "", address);
    startOver();
  };

  const startOver = () => {
    say("");
    busy("");
    show.clear();
    fillIn(typed());
    const recording = recordings.get(current);
    find("replay").disabled = !recording;
    find("spare").hidden = !recording;
    find("bare").hidden = Boolean(recording);
    recording?.load().then(() => recording === recordings.get(current) && show.isEmpty && show.hold(recording), () => {});
  };

  const replay = async (fallen = false) => {
    const recording = recordings.get(current);
    if (!recording) return;
    const prompt = current;
    busy("");
    try {
      await recording.load();
    } catch {
      return show.lost(true);
    }
    if (prompt !== current) return;
    fillIn(JSON.parse(current.dataset.recorded || "{}"));
    show.play(recording, fallen);
  };

  const fall = (sentence = "") => {
    if (recordings.get(current)) return replay(true);
    say(sentence);
    show.reveal();
  };

  const run = async () => {
    const prompt = current;
    const form = of("blanks");
    say("");
    let begun;
    try {
      const answer = await post(stage.dataset.runUrl, [...new FormData(form), ["run", crypto.randomUUID()]]);
      begun = { ok: answer.ok, ...(await answer.json().catch(() => ({}))) };
      if (answer.status === 422) return say(begun.sentence);
    } catch {
      show.lost(true);
      return fall();
    }
    if (prompt !== current) return;
    if (!begun.ok) return fall(begun.sentence);
    fillIn(begun.values);
    busy(begun.stop);
    const ended = (status, whole) => {
      busy("");
      if (FAILED.includes(status)) return fall();
      if (status !== "finished") return;
      const recording = new Recording(begun.recording);
      recordings.set(prompt, recording);
      prompt.dataset.recorded = JSON.stringify(begun.values);
      find("replay").disabled = false;
      recording.load().then(() => prompt === current && show.after(recording, whole), () => {});
    };
    // Nobody will look at what comes later, and it would cost all the same.
    const stuck = () => {
      if (recordings.get(current)) post(begun.stop, []).catch(() => {});
      fall();
    };
    show.live(begun, Number(stage.dataset.patience), { ended, stuck });
  };

  const step = (by) => choose(prompts[prompts.indexOf(current) + by]);
  const press = (name) => () => find(name).click();

  find("run").addEventListener("click", run);
  find("stop").addEventListener("click", () => post(stop, []).catch(() => show.lost(true)));
  find("over").addEventListener("click", () => {
    of("blanks").reset();
    for (const box of of("blanks").elements) discreet.cover(box);
    startOver();
  });
  find("replay").addEventListener("click", () => replay());
  for (const prompt of prompts) prompt.addEventListener("click", () => choose(prompt));
  stage.addEventListener("input", ({ target }) => {
    if (!target.closest("[data-blanks]")) return;
    discreet.cover(target);
    fillIn(typed());
  });
  stage.addEventListener("submit", (event) => event.target.closest("[data-blanks]") && (event.preventDefault(), run()));
  listen({ step, choose: (nth) => choose(prompts[nth]), replay: press("replay"), toggle: () => show.toggle() });

  startOver();
  fetchAll([...recordings.values()]);
}

// One after another: the first is wanted soonest.
async function fetchAll(recordings) {
  for (const recording of recordings) await recording.load().catch(() => {});
}
