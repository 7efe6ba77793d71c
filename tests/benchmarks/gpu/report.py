"""What was found, for people: a table, three plots, and the rows of the README."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests import ROOT
from tests.architecture import filled
from tests.benchmarks.__main__ import line

RESULTS = ROOT / "tests" / "benchmarks" / "results"
README = ROOT / "README.md"
JSON, TABLE = "result.json", "README.md"
FASTER, NOT_SLOWER, SMALLER, BUSY, BATCHED = 2.0, 1.0, 0.7, 0.5, 5.0
"""The goals on one H100 or H200 in bf16."""
NO_GPU = (
    "No GPU has been met yet: these figures are missing. `make gpu` measures them in a few minutes "
    "and writes them here."
)

Results = Mapping[str, Any]
"""`about`, and `parts`: for each its `found`, `seconds` and `missing`."""


def folder_name(device: str) -> str:
    """A device's name as that of a folder.

    >>> folder_name("NVIDIA H100 80GB HBM3")
    'nvidia-h100-80gb-hbm3'
    """
    return "-".join(device.lower().split())


def write(results: Results, folder: Path) -> None:
    """Write JSON, table and plots in place of those that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
    (folder / JSON).write_text(text, encoding="utf-8")
    (folder / TABLE).write_text(table(results), encoding="utf-8")
    plot_all(results, folder)


def earlier_parts(folder: Path, now: Results) -> dict[str, Any]:
    """What a folder has of an earlier round on the same device, in the same sizes and versions."""
    file = folder / JSON
    if not file.is_file():
        return {}
    found = json.loads(file.read_text(encoding="utf-8"))
    same = (json.loads(json.dumps(now[key])) == found.get(key) for key in ("about", "size"))
    return dict(found["parts"]) if all(same) else {}


# --- the table --------------------------------------------------------------------------------


def table(results: Results) -> str:
    """Everything that was found, as Markdown."""
    about = results["about"]
    return "\n".join(
        [
            f"# {about['name']}",
            "",
            ", ".join(f"{name} {value}" for name, value in about.items() if name != "name"),
            "",
            *_checks(results),
            "| what | ours | peer | unit | ratio | goal | reached |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            *map(line, rows(results)),
            "",
            *_loops(results),
            *_ladder(results),
            *_missing(results),
            *_samples(results),
            *(f"![{title}]({name}.svg)\n" for name, title in PLOTS.items()),
        ]
    )


def _checks(results: Results) -> list[str]:
    found = [
        f"| {name} | {'yes' if check['ok'] else '**no**'} | {check['said']} |"
        for part in results["parts"].values()
        for name, check in part["found"].items()
        if isinstance(check, dict) and "ok" in check
    ]
    return ["| does it hold? | | found |", "| --- | --- | --- |", *found, ""] if found else []


def rows(results: Results) -> list[dict[str, Any]]:
    """Our figures beside their peers', with the goals, as `make bench` has them."""
    found: list[dict[str, Any]] = []
    ours, trainer = (_part(results, who) for who in ("ours", "Trainer, same precision"))
    for name in ours:
        where = f"{name} rows"
        for who, goal in (("Trainer", FASTER), ("Trainer, same precision", None)):
            found += _row(results, name, "ours", who, "tokens_per_second", where, goal)
        found += _row(results, name, "ours", "Trainer", "memory", where, SMALLER)
        found += _row(results, name, "ours", "Trainer, same precision", "memory", where, None)
        found += _row(results, name, "ours", "plain", "tokens_per_second", where, None)
    for name in _part(results, "ours, compiled"):
        where = f"{name} rows, compiled"
        found += _row(
            results, name, "ours, compiled", "plain, compiled", "tokens_per_second", where,
            NOT_SLOWER,
        )  # fmt: skip
    if ours and trainer:
        found.append(_fullest(ours, trainer))
    best = max([o["mfu"] for who in OURS for o in _part(results, who).values()], default=None)
    if best is not None:
        found.append({"name": "MFU at best", "ours": best, "unit": "of the peak", "goal": BUSY})
    if row := _part(results, "sentences").get("row"):
        found.append(row)
    return found


OURS = ("ours", "ours, compiled")


def _part(results: Results, name: str) -> dict[str, Any]:
    return results["parts"].get(name, {}).get("found", {})


def _row(
    results: Results, rows: str, who: str, peer: str, what: str, where: str, goal: float | None
) -> list[dict[str, Any]]:
    """One figure of two loops with the same rows; nothing where one of them has none."""
    one, other = _part(results, who).get(rows), _part(results, peer).get(rows)
    if not one or not other:
        return []
    name = {"tokens_per_second": "fine-tuning", "memory": "peak memory"}[what]
    return [
        {
            "name": f"{name}, {where} / {peer}", "ours": one[what], "peer": other[what],
            "unit": {"tokens_per_second": "tokens/s", "memory": "MB"}[what],
            "ratio": one[what] / other[what], "goal": goal, "less_is_better": what == "memory",
        }
    ]  # fmt: skip


def _fullest(ours: dict[str, Any], trainer: dict[str, Any]) -> dict[str, Any]:
    """Each with as many rows as fit, in the same precision."""
    most, theirs = (max(found, key=int) for found in (ours, trainer))
    speeds = ours[most]["tokens_per_second"], trainer[theirs]["tokens_per_second"]
    return {
        "name": f"fine-tuning, as many rows as fit ({most} / {theirs}) / Trainer, same precision",
        "ours": speeds[0], "peer": speeds[1], "unit": "tokens/s", "ratio": speeds[0] / speeds[1],
    }  # fmt: skip


LOOPS = (
    "ours", "ours, compiled", "Trainer", "Trainer, same precision", "plain", "plain, compiled",
)  # fmt: skip


def _loops(results: Results) -> list[str]:
    lines = [
        f"| {who} | {name} | {one['tokens_per_second']:,.0f} | {one['mfu']:.1%} | "
        f"{one['memory']:,.0f} |"
        for who in LOOPS
        for name, one in _part(results, who).items()
    ]
    head = ["| loop | rows | tokens/s | MFU | peak memory, MB |", "| --- | --- | --- | --- | --- |"]
    return [*head, *lines, ""] if lines else []


def _ladder(results: Results) -> list[str]:
    lines = [
        f"| {name} | {one['failure']} | |"
        if one["failure"]
        else f"| {name} | {one['tokens_per_second']:,.0f} | {one['memory']:,.0f} |"
        for name, one in _part(results, "ladder").items()
    ]
    head = ["| up to this stage | tokens/s | peak memory, MB |", "| --- | --- | --- |"]
    return [*head, *lines, ""] if lines else []


def _missing(results: Results) -> list[str]:
    lines = [
        f"- {name}: not measured{' to its end' if part['found'] else ''}: {part['missing']}"
        for name, part in results["parts"].items()
        if part["missing"]
    ]
    return [*lines, ""] if lines else []


def _samples(results: Results) -> list[str]:
    lines = []
    for name in REAL:
        if "curve" in (found := _part(results, name)):
            (_, before), *_, (step, after) = found["curve"]
            lines += [
                f"{name}: held-out loss {before:.3f} → {after:.3f} in {step} steps and "
                f"{found['seconds']:.1f} s. It writes:",
                "",
                *(f"    {text}" for text in found["sample"].splitlines()),
                "",
            ]
    return lines


REAL = ("pocket-gpt2 learns the logbook", "GPT-2's shape learns the logbook")


# --- the plots --------------------------------------------------------------------------------

PLOTS = {
    "ladder": "What each stage of the ladder is worth",
    "batch": "Tokens per second over the rows of a step",
    "curves": "Held-out loss while the logbook is learned",
}


def plot_all(results: Results, folder: Path) -> None:
    """The three plots as SVG; one of which nothing was measured says so."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "language-model-labs"
    import matplotlib.pyplot as plt

    for (name, title), draw in zip(PLOTS.items(), (_bars, _lines, _curves), strict=True):
        figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
        draw(axes, results)
        if not axes.has_data():
            axes.text(0.5, 0.5, "not measured", ha="center", transform=axes.transAxes)
        axes.set_title(f"{title}\n{results['about']['name']}", fontsize=10)
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
        plt.close(figure)


def _bars(axes: Any, results: Results) -> None:
    """Each stage's speed, the first one at the top."""
    found = {n: o for n, o in _part(results, "ladder").items() if not o["failure"]}
    if found:
        axes.barh(list(found), [one["tokens_per_second"] for one in found.values()])
        axes.invert_yaxis()
    axes.set_xlabel("tokens/s")


def _lines(axes: Any, results: Results) -> None:
    """Each loop's speed."""
    for who in LOOPS:
        if found := _part(results, who):
            speeds = [one["tokens_per_second"] for one in found.values()]
            axes.plot(list(map(int, found)), speeds, marker="o", label=who)
    if axes.has_data():
        axes.set_xscale("log", base=2)
        axes.legend(fontsize=8)
    axes.set_xlabel("rows of a step")
    axes.set_ylabel("tokens/s")


def _curves(axes: Any, results: Results) -> None:
    """The held-out losses of the real runs."""
    for name in REAL:
        if curve := _part(results, name).get("curve"):
            axes.plot(*zip(*curve, strict=True), marker=".", label=name)
    if axes.has_data():
        axes.legend(fontsize=8)
    axes.set_xlabel("steps")
    axes.set_ylabel("nats per token")


# --- the README -------------------------------------------------------------------------------


def met(results: Path = RESULTS) -> list[Results]:
    """What was found on GPUs, in the order of their names."""
    found = [json.loads(file.read_text("utf-8")) for file in sorted(results.glob(f"*/{JSON}"))]
    return [each for each in found if each["about"]["type"] == "cuda"]


def readme_rows(found: Sequence[Results]) -> str:
    """The GPUs' part of the README."""
    if not found:
        return NO_GPU
    parts = []
    for each in found:
        name = each["about"]["name"]
        broken = [
            check
            for part in each["parts"].values()
            for check, value in part["found"].items()
            if isinstance(value, dict) and value.get("ok") is False
        ]
        parts += [
            f"**{name}** ([everything](tests/benchmarks/results/{folder_name(name)}/README.md)), "
            + ("all checks hold." if not broken else f"does not hold: {'; '.join(broken)}."),
            "",
            "| what | ours | peer | unit | ratio | goal | reached |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            *map(line, rows(each)),
            "",
        ]
    return "\n".join(parts).strip()


def write_readme() -> None:
    """Fill the GPUs' place in the README with what the results have."""
    text = filled(README.read_text(encoding="utf-8"), {"gpu": readme_rows(met())})
    README.write_text(text, encoding="utf-8")
