"""The whole loop with the stock ``openai`` package for Python; the same walk as ``the-loop.mjs``.

    pip install openai
    OPENAI_BASE_URL=http://127.0.0.1:4000/v1 OPENAI_API_KEY=sk-sekisho-... python deploy/examples/the_loop.py

MODEL names the model that answers and judges; else the first one of the provider's list is taken.
"""

import json
import os
import time

from openai import APIStatusError, NotFoundError, OpenAI

QUESTIONS = [
    "How do I send something back?",
    "When does my parcel arrive?",
    "Can I pay by invoice?",
    "My lamp came broken. What now?",
    "Do you ship to Osaka?",
    "返品の送料は誰が払いますか。",
]
CORRECTION = "You can send it back within 30 days; we pay the postage.\n\nKind regards, the lamp shop"

client = OpenAI()
run = f"loop-py-{int(time.time() * 1000):x}"


def say(step: str, text: str) -> None:
    print(f"{step:<10} {text}", flush=True)


def post(path: str, body: dict) -> dict:
    """What OpenAI has no method for: the same client, any path."""
    return client.post(path, body=body, cast_to=dict)


def get(path: str, query: dict | None = None) -> dict:
    return client.get(path, cast_to=dict, options={"params": query or {}})


def wait_for(what: str, ask, is_done, seconds: int = 180):
    """Asks again until ``is_done``: jobs and captured calls take a moment."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if is_done(answer):
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"{what} took longer than {seconds} s")
        time.sleep(0.5)


def is_finished(answer) -> bool:
    status = answer["status"] if isinstance(answer, dict) else answer.status
    return status not in ("queued", "in_progress")


def find_model() -> str:
    if os.environ.get("MODEL"):
        return os.environ["MODEL"]
    return next((m.id for m in client.models.list() if "embed" not in m.id), "gpt-5-mini")


def publish_first(model: str) -> dict:
    prompt = post(
        "/prompts",
        {
            "name": run,
            "model": model,
            "messages": [{"role": "user", "content": "{{question}}"}],
            "labels": ["production"],
            "note": "just the question",
        },
    )
    say("prompt", f"{prompt['name']} version 1 is in production ({prompt['id']})")
    return prompt


def has_responses() -> bool:
    """Some servers speak chat completions only: those say 404 to everything under /responses."""
    try:
        client.responses.create(model="none", input="", max_output_tokens=16)
    except NotFoundError as error:
        return error.code == "model_not_found"
    except APIStatusError:
        return True
    return True


def make_calls() -> list[str]:
    ids = []
    for i, question in enumerate(QUESTIONS):
        headers = {"x-session-id": f"{run}-{i}", "x-user-id": f"customer-{i % 3}"}
        if i == 0 and has_responses():
            answer = client.responses.create(
                prompt={"id": run, "variables": {"question": question}},
                metadata={"run": run},
                extra_headers=headers,
            )
        else:
            answer = client.chat.completions.create(
                model=f"prompt:{run}@production",
                messages=[],
                metadata={"run": run},
                extra_body={"prompt_variables": {"question": question}},
                extra_headers=headers,
            )
        ids.append(answer.id)
    say("calls", f"{len(ids)} answered by version 1")
    return ids


def give_feedback(ids: list[str]) -> None:
    post(
        "/feedback",
        {"response_id": ids[0], "thumb": "down", "comment": "Too short.", "correction": CORRECTION},
    )
    post("/feedback", {"response_id": ids[1], "thumb": "up"})
    say("feedback", "one thumb down with a correction, one thumb up")


def make_dataset() -> dict:
    dataset = post("/datasets", {"name": run})
    path = f"/datasets/{dataset['id']}/versions"

    def build() -> dict:
        made = post(path, {"source": {"type": "calls", "filter": {"prompt": [run]}}})
        return wait_for("the version", lambda: get(f"{path}/{made['version']}"), is_finished)

    # Captured calls arrive within seconds, so it is made again until all are there.
    version = wait_for("the dataset", build, lambda made: made["items"] == len(QUESTIONS))
    say("dataset", f"version {version['version']} has {version['items']} items")
    return {"dataset_id": dataset["id"], "version": version["version"]}


def publish_second(prompt: dict, model: str) -> None:
    version = post(
        f"/prompts/{prompt['id']}/versions",
        {
            "model": model,
            "messages": [
                {"role": "system", "content": "You are the assistant of a lamp shop."},
                {"role": "user", "content": '{{question}}\n\nEnd with "Kind regards".'},
            ],
            "labels": ["staging"],
            "note": "polite",
        },
    )
    say("prompt", f"version {version['version']} is in staging")


def evaluate(dataset: dict, model: str) -> None:
    made = client.evals.create(
        name=run,
        data_source_config={
            "type": "custom",
            "item_schema": {"type": "object"},
            "include_sample_schema": True,
        },
        testing_criteria=[
            {
                "type": "string_check",
                "name": "polite",
                "operation": "ilike",
                "input": "{{sample.output_text}}",
                "reference": "kind regards",
            },
            {
                "type": "score_model",
                "name": "helpful",
                "model": model,
                "range": [0, 1],
                "pass_threshold": 0.3,
                "input": [
                    {"role": "system", "content": "Score from 0 to 1 how helpful the answer is."},
                    {"role": "user", "content": "Question: {{item.input}}\n\nAnswer: {{sample.output_text}}"},
                ],
            },
        ],
    )
    runs = []
    for version in ("1", "2"):
        begun = client.evals.runs.create(
            made.id,
            name=f"version {version}",
            data_source={
                "type": "completions",
                "source": {"type": "dataset", **dataset},
                "prompt": {"id": run, "version": version, "variables": {"question": "{{item.input}}"}},
            },
        )
        done = wait_for(
            "the run", lambda: client.evals.runs.retrieve(begun.id, eval_id=made.id), is_finished, 900
        )
        assert done.status == "completed", done.error
        say("eval", f"version {version}: {done.result_counts.passed} of {done.result_counts.total} passed")
        items = list(client.evals.runs.output_items.list(done.id, eval_id=made.id))
        assert len(items) == len(QUESTIONS)
        runs.append(done.id)
    compared = get(f"/evals/{made.id}/comparison", {"baseline": runs[0], "candidate": runs[1]})
    for each in compared["criteria"]:
        say("compare", f"{each['name']}: {each['verdict']} ({each['difference']:.2f})")


def release(prompt: dict) -> None:
    post(f"/prompts/{prompt['id']}", {"labels": {"production": 2}})
    time.sleep(2)  # within two seconds everywhere
    answer = client.chat.completions.create(
        model=f"prompt:{run}@production",
        messages=[],
        extra_body={"prompt_variables": {"question": QUESTIONS[0]}},
        extra_headers={"x-session-id": f"{run}-after"},
    )
    say("release", f"production is version 2; it says: {answer.choices[0].message.content[:80]}")


def export_all() -> None:
    for export_format in ("openai_sft", "openai_dpo"):
        begun = post(
            "/exports",
            {
                "name": f"{run}-{export_format}",
                "format": export_format,
                "source": {"type": "calls", "filter": {"prompt": [f"{run}@1"]}},
            },
        )
        done = wait_for("the export", lambda: get(f"/exports/{begun['id']}"), is_finished)
        assert done["status"] == "completed", done["error"]
        content = client.files.content(done["files"][0]["file_id"]).text
        lines = [json.loads(line) for line in content.splitlines()]
        if export_format == "openai_sft":
            assert all(line["messages"][-1]["role"] == "assistant" for line in lines)
        else:
            assert all(line["preferred_output"][0]["content"] == CORRECTION for line in lines)
        say("export", f"{export_format}: {len(lines)} lines, {len(content)} characters")


def main() -> None:
    model = find_model()
    say("model", model)
    prompt = publish_first(model)
    give_feedback(make_calls())
    dataset = make_dataset()
    publish_second(prompt, model)
    evaluate(dataset, model)
    release(prompt)
    export_all()
    say("done", "everything above is in the console: prompts, calls, datasets, evaluations, exports")


if __name__ == "__main__":
    main()
