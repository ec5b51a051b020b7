"""Every parameter has its effect: what changes in the reply when it is set."""

import json
from typing import Any

import pytest

from playground.sandbox.sampling import WILD
from playground.sandbox.tokens import count, token_id

from .api import Api, refused

STORY = "Tell me a story."


def usage(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["usage"]
    return found


# -- words ------------------------------------------------------------------------------------------------------


def test_the_same_request_gives_the_same_words(api: Api) -> None:
    assert api.respond(STORY).text == api.respond(STORY).text
    assert api.complete(STORY).text == api.complete(STORY).text
    assert api.complete(STORY, n=3).json()["choices"] == api.complete(STORY, n=3).json()["choices"]


def test_temperature_0_takes_the_likeliest_words_and_2_is_wild(api: Api) -> None:
    def wild(temperature: float) -> int:
        text = api.respond(STORY, temperature=temperature).text
        return sum(word.strip(".,") in WILD for word in text.split())

    assert api.respond(STORY, temperature=0).text == api.complete(STORY, temperature=0, seed=5).text
    assert (wild(0), wild(1)) == (0, 0)
    assert wild(2) >= 5
    assert len({api.complete(STORY, temperature=1, seed=seed).text for seed in range(8)}) >= 6


def test_a_small_top_p_leaves_only_the_likeliest_words(api: Api) -> None:
    chosen = {api.complete("unicorn", seed=seed, top_p=0.01).text for seed in range(8)}
    free = {api.complete("unicorn", seed=seed).text for seed in range(8)}

    assert len(chosen) <= 3, "only the choice between the three stories is left"
    assert len(free) > len(chosen)
    wild = api.respond(STORY, temperature=2, top_p=0.05).text
    assert not [word for word in wild.split() if word.strip(".,") in WILD]


@pytest.mark.parametrize("penalty", ["presence_penalty", "frequency_penalty"])
def test_penalties_make_words_come_back_less(api: Api, penalty: str) -> None:
    def repeats(value: float) -> int:
        said = api.complete("400 tokens", model="sandbox-long", temperature=0, **{penalty: value}).text
        return len(said.split()) - len(set(said.split()))

    assert repeats(-2) >= repeats(0) > repeats(2)


def test_penalties_change_the_texts_of_every_writer(api: Api) -> None:
    """Not only of one that repeats itself for long."""
    for penalty in ("presence_penalty", "frequency_penalty"):
        told = [api.complete(STORY, temperature=0, **{penalty: value}).text for value in (-2, -1, 0, 1, 2)]
        assert len(set(told)) == 5
        assert told[2] == api.complete(STORY, temperature=0).text
        assert told[4] == api.complete(STORY, temperature=0, **{penalty: 2}).text


def test_logit_bias_bans_and_forces_words(api: Api) -> None:
    told = api.complete(STORY, temperature=0).text
    banned = told.split()[1]

    assert banned not in api.complete(STORY, temperature=0, logit_bias={str(token_id(banned)): -100}).text.split()
    forced = api.complete("unicorn", temperature=0, logit_bias={str(token_id("shy")): 100}).text
    assert "shy" in forced
    assert "shy" not in api.complete("unicorn", temperature=0).text
    assert api.complete(STORY, temperature=0, logit_bias={"not a token": -100}).text == told


def test_verbosity_changes_the_length(api: Api) -> None:
    levels = ("low", "medium", "high")
    responses = [count(api.respond(STORY, temperature=0, text={"verbosity": level}).text) for level in levels]
    chat = [count(api.complete(STORY, temperature=0, verbosity=level).text) for level in levels]

    assert responses == chat == sorted(set(chat))


def test_log_probabilities_are_plausible(api: Api) -> None:
    entries = api.complete(STORY, logprobs=True, top_logprobs=4).json()["choices"][0]["logprobs"]["content"]

    for entry in entries:
        tops = [one["logprob"] for one in entry["top_logprobs"]]
        assert entry["logprob"] <= 0
        assert tops == sorted(tops, reverse=True)
        assert entry["token"] in [one["token"] for one in entry["top_logprobs"]]
        assert bytes(entry["bytes"]).decode() == entry["token"]
    assert api.complete(STORY, logprobs=True).json()["choices"][0]["logprobs"]["content"][0]["top_logprobs"] == []


def test_log_probabilities_stream(api: Api) -> None:
    included = {"include": ["message.output_text.logprobs"], "top_logprobs": 1}

    events = api.respond(STORY, stream=True, **included).events

    deltas = [one.data for one in events if one.name == "response.output_text.delta"]
    assert all(len(one["logprobs"]) == 1 and one["logprobs"][0]["token"] == one["delta"] for one in deltas)
    done = next(one.data for one in events if one.name == "response.output_text.done")
    assert len(done["logprobs"]) == len(deltas)


# -- lengths and costs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 5, 17])
def test_the_token_limit_cuts_exactly(api: Api, limit: int) -> None:
    whole = api.respond(STORY).text
    answer = api.respond(STORY, max_output_tokens=limit)

    assert answer.json()["status"] == "incomplete"
    assert answer.json()["incomplete_details"] == {"reason": "max_output_tokens"}
    assert answer.json()["output"][0]["status"] == "incomplete"
    assert (count(answer.text), usage(answer)["output_tokens"]) == (limit, limit)
    assert whole.startswith(answer.text)
    assert api.complete(STORY, max_completion_tokens=limit).text == api.complete(STORY, max_tokens=limit).text
    assert api.respond(STORY, max_output_tokens=count(whole)).json()["status"] == "completed"


def test_the_token_limit_cuts_calls_too(api: Api) -> None:
    function = {"type": "function", "name": "f", "parameters": {"properties": {"text": {"type": "string"}}}}

    answer = api.respond(tools=[function], tool_choice="required", max_output_tokens=2).json()

    assert answer["status"] == "incomplete"
    assert answer["output"][0]["status"] == "incomplete"
    assert count(answer["output"][0]["arguments"]) == 2


def test_reasoning_costs_tokens_by_effort(api: Api) -> None:
    def thought(effort: str) -> int:
        tokens: int = usage(api.respond(model="o3", reasoning={"effort": effort}))["output_tokens_details"][
            "reasoning_tokens"
        ]
        return tokens

    costs = [thought(effort) for effort in ("none", "minimal", "low", "medium", "high", "xhigh", "max")]
    assert costs == sorted(costs)
    assert len(set(costs)) == len(costs)
    assert thought("none") == 0
    chat = usage(api.complete(model="o3", reasoning_effort="high"))["completion_tokens_details"]
    assert chat["reasoning_tokens"] == thought("high")
    pro = usage(api.respond(model="o3", reasoning={"effort": "low", "mode": "pro"}))["output_tokens_details"]
    assert pro["reasoning_tokens"] == 2 * thought("low")


def test_a_summary_comes_when_asked_for(api: Api) -> None:
    def summaries(**reasoning: str) -> int:
        item = api.respond(model="o3", reasoning={"effort": "low", **reasoning}).json()["output"][0]
        assert item["type"] == "reasoning"
        return len(item["summary"])

    assert (summaries(), summaries(summary="auto"), summaries(summary="concise")) == (0, 1, 1)
    assert summaries(summary="detailed") == summaries(generate_summary="detailed") == 3


def test_reasoning_of_earlier_turns_can_be_left_out(api: Api) -> None:
    first = api.respond(model="o3", reasoning={"effort": "low", "summary": "detailed"}).json()["id"]

    def cost(context: str) -> int:
        tokens: int = usage(api.respond(previous_response_id=first, reasoning={"context": context}))["input_tokens"]
        return tokens

    assert cost("current_turn") < cost("all_turns")


def test_the_usage_follows_the_token_rule(api: Api) -> None:
    answer = api.respond(STORY)

    assert usage(answer)["output_tokens"] == count(answer.text)
    more = usage(api.respond(STORY, instructions="Be very brief indeed."))["input_tokens"]
    assert more == usage(answer)["input_tokens"] + count("Be very brief indeed.")


def test_an_equal_beginning_under_one_cache_key_is_cached(api: Api) -> None:
    long = [{"role": "user", "content": "word " * 300}, {"role": "user", "content": "And?"}]
    changed = [long[0], {"role": "user", "content": "Or?"}]

    def cached(said: Any, **more: Any) -> int:
        tokens: int = usage(api.respond(said, **more))["input_tokens_details"]["cached_tokens"]
        return tokens

    assert cached(long, prompt_cache_key="a") == 0
    assert cached(long, prompt_cache_key="a") >= 300
    assert 300 <= cached(changed, prompt_cache_key="a") < usage(api.respond(changed))["input_tokens"]
    assert cached(long, prompt_cache_key="b") == 0
    assert cached(long) == 0, "without a key there is no cache"
    assert (cached(long, user="u"), cached(long, user="u") > 0) == (0, True)
    explicit = {"prompt_cache_key": "c", "prompt_cache_options": {"mode": "explicit"}}
    assert (cached(long, **explicit), cached(long, **explicit)) == (0, 0)
    chat = [api.complete(long, prompt_cache_key="d").json()["usage"] for _ in range(2)]
    assert [one["prompt_tokens_details"]["cached_tokens"] > 0 for one in chat] == [False, True]


def test_a_cache_can_be_warmed_and_asked_about(api: Api) -> None:
    long = "word " * 300
    key = {"prompt_cache_key": "a"}

    warmed = api.respond(long, **key, prompt_cache_options={"prewarm": True}).json()

    assert warmed["output"] == []
    compared = {"prompt_cache_options": {"comparison_response_id": warmed["id"]}}
    assert api.respond(long, **key, **compared).json()["prompt_cache_diagnostics"] == {"type": "cache_hit"}
    missed = api.respond("Else.", prompt_cache_key="b", **compared).json()["prompt_cache_diagnostics"]
    assert (missed["type"], missed["reason"]) == ("cache_miss", "prompt_cache_key_changed")
    unknown = {"prompt_cache_options": {"comparison_response_id": "resp_x"}}
    told = api.respond(long, **key, **unknown).json()["prompt_cache_diagnostics"]
    assert told == {"type": "comparison_response_not_found"}


# -- context ----------------------------------------------------------------------------------------------------


def test_past_the_threshold_a_context_is_compacted(api: Api) -> None:
    items = [{"role": "user", "content": f"Part {number}. " + "word " * 100} for number in range(20)]
    management = {"context_management": [{"type": "compaction", "compact_threshold": 300}]}

    first = api.respond(items, model="sandbox-small", **management).json()

    assert first["output"][0]["type"] == "compaction"
    assert first["output"][0]["encrypted_content"]
    assert usage(api.respond(items[:1], **management)) == usage(api.respond(items[:1]))
    second = api.respond("And now?", model="sandbox-inspect", previous_response_id=first["id"])
    told = json.loads(second.text)
    assert told["resumed_after_compaction"]
    assert "Part 3." not in second.text


def test_a_prompt_template_is_filled_in(api: Api) -> None:
    def prompted(**prompt: Any) -> Any:
        return api.post("/responses", {"model": "sandbox-inspect", "prompt": prompt})

    story = prompted(id="pmpt_sandbox_story", variables={"topic": "a lighthouse", "length": "short"})
    assert "Tell me a short story about a lighthouse." in story.text
    assert story.json()["prompt"]["id"] == "pmpt_sandbox_story"
    first = prompted(id="pmpt_sandbox_story", version="1", variables={"topic": "kites"})
    assert "Tell me a story about kites." in first.text
    refused(prompted(id="pmpt_sandbox_story"), "prompt.variables", "missing_prompt_variables")
    unknown = {"topic": "x", "length": "y", "colour": "z"}
    refused(prompted(id="pmpt_sandbox_story", variables=unknown), "prompt.variables", "unknown_prompt_variables")
    refused(prompted(id="pmpt_missing"), "prompt", "prompt_not_found", status=404)
    refused(prompted(id="pmpt_sandbox_story", version="9"), "prompt", status=404)
    picture = {"type": "input_image", "image_url": "https://example.com/a.png"}
    pictured = prompted(id="pmpt_any", variables={"what": {"type": "input_text", "text": "this"}, "image": picture})
    assert "1 attachment" in pictured.text


def test_pictures_can_be_compressed(api: Api) -> None:
    picture = [{"role": "user", "content": [{"type": "input_image", "image_url": "https://example.com/a.png"}]}]

    full, small = api.respond(picture), api.respond(picture, image={"context_compression": "enabled"})

    assert usage(small)["input_tokens"] < usage(full)["input_tokens"]
    assert small.json()["image"] == {"context_compression": "enabled"}


def test_moderation_scores_and_blocks(api: Api) -> None:
    score = {"model": "omni-moderation-latest", "policy": {"input": {"mode": "score"}}}
    block = {"model": "omni-moderation-latest", "policy": {"input": {"mode": "block"}, "output": {"mode": "block"}}}
    flagged = "Say sandbox-flagged."

    assert api.respond(moderation=score).json()["moderation"]["input"]["flagged"] is False
    assert api.respond(flagged, moderation=score).json()["moderation"]["input"]["flagged"] is True
    assert api.complete(flagged, moderation=score).json()["moderation"]["input"]["flagged"] is True
    refused(api.respond(flagged, moderation=block), "input", "moderation_blocked")
    refused(api.complete(flagged, moderation=block), "input", "moderation_blocked")
    output = {"model": "m", "policy": {"output": {"mode": "block"}}}
    answer = api.respond(flagged, model="sandbox-echo", moderation=output).json()
    assert answer["incomplete_details"] == {"reason": "content_filter"}


def test_a_blocked_safety_identifier_is_refused(api: Api) -> None:
    for answer in (api.respond(safety_identifier="sandbox-blocked"), api.complete(safety_identifier="sandbox-blocked")):
        refused(answer, "safety_identifier", "safety_identifier_blocked", status=403)


def test_programs_are_echoed(api: Api) -> None:
    assert api.respond(access_programs={"cyber": "standard"}).json()["access_programs"] == {"cyber": "standard"}


def test_the_other_shape_has_the_text_at_the_top(api_with: Any) -> None:
    answer = api_with(shape="comet").respond()

    assert answer.json()["output_text"] == answer.text
    assert "output_text" not in api_with().respond().json()
