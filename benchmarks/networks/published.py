#!/usr/bin/env python3
"""The published setting: the same two networks, derivatives by recursive automatic differentiation, by the published kind of layer
(the kernel's own derivatives, sampled) and by Mollis's (moment-corrected, one-sided at edges).

    published.py --mollis PROGRAM [--size 64] [--noise 1] [--seeds 2] [--epochs 1500] [--limit 100] [--out networks.out]

Cases and noise of benchmarks/published; L-BFGS, an epoch is one evaluation of the loss and its gradient. A run that
passes `limit` CPU seconds ends there.
"""
import pathlib
import sys

import numpy as np

from common import PUBLISHED, arguments, child, figure, markdown, save, spread, write

sys.path.insert(0, str(PUBLISHED))
import problems  # noqa: E402  (beside published/, not here)

KINDS = {"autodiff": "recursive autodiff", "sampled": "layer, sampled kernel", "mollis": "layer, Mollis"}
REACHED = {"langevin": 0.9, "heat": 0.9, "reaction-diffusion": 0.9}


def first_reaching(history, wanted, column):
    """(epoch, CPU seconds) at which the correlation first was as wanted, or None."""
    return next(((h[0], h[1]) for h in history if h[column] >= wanted), None)


def row(name, kind, runs, base):
    """A line of the table. base: CPU time an epoch of Mollis's layer on the same problem."""
    ends = [r["history"][-1] for r in runs]
    an_epoch = [e[1] / e[0] for e in ends]
    column = 3 if ends[0][3] is not None else 2       # the core where there is one
    reached = [first_reaching(r["history"], REACHED[name], column) for r in runs]
    epochs = [str(r[0]) if r else "-" for r in reached]
    return [name, KINDS[kind], spread([e[2] for e in ends]), spread([e[3] for e in ends]) or "=", spread([e[4] for e in ends]) or "=",
            " / ".join(str(e[0]) for e in ends), f"{np.median(an_epoch) / base:.2f}", f"{np.median([r['megabytes'] for r in runs]):.0f}",
            " / ".join(epochs)]


def table(results):
    head = ["problem", "derivatives", "correlation", "core", "within a radius of an edge", "epochs run", "CPU an epoch, over Mollis's",
            "MB beside the start's", "epochs to 0.9 (core)"]
    rows = []
    for name, kinds in results.items():
        mine = kinds.get("mollis")
        base = np.median([r["history"][-1][1] / r["history"][-1][0] for r in mine]) if mine else float("nan")
        rows += [row(name, kind, runs, base) for kind, runs in kinds.items() if runs]
    return markdown(head, rows)


def draw(given, results):
    picture, axes = figure(given, len(results))
    for ax, (name, kinds) in zip(axes[0], results.items()):
        for kind, runs in kinds.items():
            for k, run in enumerate(runs):
                history = run["history"]
                column = 3 if history[0][3] is not None else 2
                ax.plot([h[1] for h in history], [h[column] for h in history], color=f"C{list(KINDS).index(kind)}",
                        label=KINDS[kind] if k == 0 else None, linewidth=1)
        ax.set(title=name, xlabel="CPU s", ylabel="correlation, core", xscale="log", ylim=(-0.1, 1.02))
        ax.legend(fontsize=7)
    save(given, picture)


def main():
    parser = arguments(__doc__, "published")
    parser.add_argument("--mollis", required=True, help="the program, for the data of the heat problem")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--noise", type=float, default=1.0, help="percent")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=1500)
    parser.add_argument("--limit", type=float, default=100.0, help="CPU seconds a run")
    parser.add_argument("--only", choices=list(problems.PROBLEMS), action="append")
    given = parser.parse_args()
    scratch = given.out.resolve() / "published.cases"
    scratch.mkdir(parents=True, exist_ok=True)
    results = {}
    for name in given.only or problems.PROBLEMS:
        case = problems.write_cases(name, given.size, [given.noise], scratch, str(pathlib.Path(given.mollis).resolve()))[given.noise]
        results[name] = {}
        for kind in ("mollis", "sampled", "autodiff"):
            results[name][kind] = []
            for seed in range(given.seeds):
                results[name][kind].append(child("published_run.py", case, "--derivatives", kind, "--epochs", given.epochs,
                                                 "--seed", seed, "--limit", given.limit))
                write(given, table(results), results)
    draw(given, results)
    print(table(results))


if __name__ == "__main__":
    main()
