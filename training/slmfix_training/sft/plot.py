"""Training curves of several runs as a picture: held-out and training loss over CPU time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slmfix_bot.errors import UsageError
from slmfix_training.sft.curve import read_curve

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# panels: axis label and field of the curve's rows
_PANELS = (("script loss (nats a token, training)", "script_loss"), ("held-out nats a script", "held_nats"))


def plot_curves(folders: Sequence[Path], output: Path) -> None:
    """Writes an SVG or PNG, by the name's ending; raises UsageError without matplotlib or without any curve."""
    curves = {folder.name: read_curve(folder) for folder in folders}
    if not any(curves.values()):
        msg = f"no curve.jsonl in {', '.join(map(str, folders))}: only `slmfix-train sft` writes one"
        raise UsageError(msg)
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        msg = "a plot needs matplotlib: pip install 'slmfix-bot[train]'"
        raise UsageError(msg) from error
    figure = Figure(figsize=(10, 4), layout="constrained")
    FigureCanvasAgg(figure)
    for place, (label, field) in enumerate(_PANELS, 1):
        axes = figure.add_subplot(1, len(_PANELS), place)
        for name, rows in curves.items():
            hours, values = points(rows, field)
            axes.plot(hours, values, label=name, marker="o" if len(hours) < 40 else None, markersize=3)
        axes.set_xlabel("CPU hours")
        axes.set_ylabel(label)
        axes.set_yscale("log")
        axes.grid(visible=True, which="both", alpha=0.3)
        axes.legend()
    output.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(output, metadata={"Date": None} if output.suffix == ".svg" else None)


def points(rows: Sequence[dict[str, Any]], field: str) -> tuple[list[float], list[float]]:
    """CPU hours and values of the rows that have the field."""
    kept = [row for row in rows if row.get(field) is not None]
    return [row["cpu_minutes"] / 60 for row in kept], [row[field] for row in kept]
