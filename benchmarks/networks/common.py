"""What the tables share: one thread, networks, CPU time and peak memory, Markdown, where results go."""
import argparse
import json
import pathlib
import resource
import subprocess
import sys
import time

import numpy as np
import torch

torch.set_num_threads(1)
FOLDER = pathlib.Path(__file__).resolve().parent
PUBLISHED = FOLDER.parent / "published"


def mlp(inputs, width, hidden, outputs=1):
    """`hidden` layers of `width` tanh, Xavier normal, no bias at first."""
    sizes, layers = [inputs] + [width] * hidden, []
    for a, b in zip(sizes[:-1], sizes[1:]):
        layers += [torch.nn.Linear(a, b), torch.nn.Tanh()]
    net = torch.nn.Sequential(*layers, torch.nn.Linear(width, outputs))
    for layer in net[::2]:
        torch.nn.init.xavier_normal_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    return net


def cpu():
    """CPU seconds of this process so far."""
    return time.process_time()


def peak_megabytes():
    """Maximum resident set of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def correlation(found, truth):
    found, truth = np.ravel(found), np.ravel(truth)
    return float(np.corrcoef(found, truth)[0, 1]) if np.ptp(found) > 0 else 0.0


def relative_error(found, truth):
    return float(np.linalg.norm(found - truth) / np.linalg.norm(truth))


def child(script, *words):
    """One run in a process of its own, which prints JSON as its last line: that, as a dictionary."""
    run = subprocess.run([sys.executable, str(FOLDER / script), *map(str, words)], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(run.stdout.splitlines()[-1])


def markdown(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def spread(values, digits=3):
    """Median, and smallest to largest where there are several."""
    values = [v for v in values if v is not None]
    if not values:
        return ""
    middle = f"{np.median(values):.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def arguments(description, name):
    """A parser with --out, the folder of the table (NAME.md), its numbers (NAME.json) and its figure (NAME.png)."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("networks.out"))
    parser.set_defaults(name=name)
    return parser


def write(given, text, numbers):
    """The table and its numbers, rewritten after every run so that nothing is lost."""
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / f"{given.name}.md").write_text(text, encoding="utf-8")
    (given.out / f"{given.name}.json").write_text(json.dumps(numbers, indent=1), encoding="utf-8")


def figure(given, columns, width=4.2, height=3.4):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    return plt.subplots(1, columns, figsize=(width * columns, height), constrained_layout=True, squeeze=False)


def save(given, picture):
    picture.savefig(given.out / f"{given.name}.png", dpi=80)
