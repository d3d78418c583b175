#!/usr/bin/env python3
"""Draws a rate map over a nucleus as one picture for a talk: density, domain, rate, its standard deviation, a scale bar.

    tools/chromatin.py case.out [-o picture.png] [--parameter lambda] [--unit um]

Hatched: where the rate is not told from its mean over the nucleus (nearer to it than 1.96 standard deviations), where the data say
nothing of it (known below a tenth), and all of it where the fit has no standard deviations. Three axes of space: the middle z; time: the
middle frame; scattered points: dots in place of an image."""
import argparse
import os
import sys

try:
    import numpy as np
    import matplotlib
    if __package__:   # as mollis.tools.chromatin
        from . import scattered
        from .result import Failure, Result, view
    else:
        import scattered
        from result import Failure, Result, view
except ModuleNotFoundError as error:
    sys.exit(f"chromatin.py: {error}; needed are h5py and matplotlib (Debian: python3-h5py python3-matplotlib, which only "
             f"/usr/bin/python3 sees; this is {sys.executable})")

TOLD = 1.96       # standard deviations
UNKNOWN = 0.1     # of `known`


def undetermined(rate, deviation, known):
    """Where a rate map should not be read, inside the domain."""
    inside = np.isfinite(rate)
    doubt = np.full(rate.shape, deviation is None)
    if deviation is not None:
        doubt |= np.abs(rate - np.nanmean(rate)) < TOLD * deviation
    if known is not None:
        doubt |= known < UNKNOWN
    return doubt & inside


def said(told):
    """told: the share of the domain, None where there are no standard deviations."""
    if told is None:
        return "no standard deviations, so that all of the map is hatched: what of it is told is not known"
    return f"{100 * told:.0f} % of the domain told from the mean"


def bar_length(extent):
    """1, 2 or 5 times a power of ten, a fifth of the extent or less."""
    power = 10.0 ** np.floor(np.log10(extent / 5))
    return max(n * power for n in (1, 2, 5) if n * power <= extent / 5)


def range_of(values):
    """Ends of a scale of colours, without the outermost hundredths."""
    low, high = np.nanpercentile(values, [1, 99]) if np.isfinite(values).any() else (0.0, 1.0)
    return low, high if high > low else low + 1


def outlined(width):
    """White with a dark rim, to be read on any image."""
    from matplotlib import patheffects
    return [patheffects.withStroke(linewidth=width, foreground="k")]


def corners(coordinates):
    """Ends of cells, two a cell, so that what is drawn of them follows their edges."""
    middle = (coordinates[1:] + coordinates[:-1]) / 2
    edges = np.concatenate([[2 * coordinates[0] - middle[0]], middle, [2 * coordinates[-1] - middle[-1]]])
    return np.repeat(edges, 2)[1:-1]


def of_corners(cells):
    return np.repeat(np.repeat(cells.astype(float), 2, axis=0), 2, axis=1)


class Panels:
    def __init__(self, figure, places, coordinates, inside, unit):
        self.figure, self.places, self.y, self.x, self.inside, self.unit = figure, iter(places), *coordinates, inside, unit

    def image(self, values, title, colours, bounds=None, hatch=None):
        low, high = range_of(values) if bounds is None else bounds
        ax = next(self.places)
        drawn = ax.pcolormesh(self.x, self.y, values, shading="nearest", cmap=colours, vmin=low, vmax=high, rasterized=True)
        return self.finish(ax, drawn, title, hatch)

    def points(self, table, shown, title, colours):
        """Values at scattered points, those that `shown` says."""
        ax = next(self.places)
        low, high = range_of(table["value"][shown])
        drawn = ax.scatter(table["x"][shown], table["y"][shown], c=table["value"][shown], s=np.clip(4000.0 / max(shown.sum(), 1), 2, 30), cmap=colours,
                           vmin=low, vmax=high, edgecolors="#555555", linewidths=0.2)
        ax.set(xlim=scattered.edges(self.x), ylim=scattered.edges(self.y))
        return self.finish(ax, drawn, title)

    def finish(self, ax, drawn, title, hatch=None):
        import matplotlib.pyplot as plt
        if self.inside.min() < self.inside.max():
            ax.contour(corners(self.x), corners(self.y), of_corners(self.inside), [0.5], colors="k", linewidths=1.2)
        if hatch is not None and hatch.any():
            with plt.rc_context({"hatch.color": "#ffffff", "hatch.linewidth": 0.7}):
                ax.contourf(corners(self.x), corners(self.y), of_corners(hatch), [0.5, 1.5], colors="none", hatches=["////"])
        ax.set(title=title, xticks=[], yticks=[], aspect="equal")
        ax.patch.set_facecolor("#ececec")
        self.figure.colorbar(drawn, ax=ax, shrink=0.75)
        return ax

    def scale_bar(self, ax):
        length = bar_length(np.ptp(self.x))
        left, low = self.x.min() + 0.05 * np.ptp(self.x), self.y.min() + 0.05 * np.ptp(self.y)
        ax.plot([left, left + length], [low, low], color="w", linewidth=4, solid_capstyle="butt", path_effects=outlined(6))
        ax.text(left + length / 2, low + 0.03 * np.ptp(self.y), f"{length:g} {self.unit}".strip(), ha="center", va="bottom", fontsize=9, color="w",
                path_effects=outlined(2))


def heading(result, note):
    verdict = result.summary.get("verdict", {})
    words = [f"verdict: {verdict['status']}"] if verdict else []
    reasons = list(dict.fromkeys(reason["check"] for reason in verdict.get("reasons", [])))
    words += [f"({', '.join(reasons)})"] if reasons else []
    words += [f"{found['counted']} localisations" for found in result.summary.get("localisations", {}).values()]
    return "   ".join([*words, note] if note else words)


def figure(result, name, unit):
    import matplotlib.pyplot as plt
    parameters = result.group("parameters")
    if name not in parameters:
        raise Failure(65, f"{result.path}: no parameter {name!r}; it has {', '.join(n for n in parameters if not n.endswith(('_std', '_weight', '_known')))}")
    axes = result.axes_of(parameters[name])
    if axes not in (["y", "x"], ["z", "y", "x"]):
        raise Failure(65, f"{result.path}: {name} is over {', '.join(axes) or 'no axis'}; a map over y and x, or z, y and x, is drawn")
    held = {axis: result.coordinates[axis].size // 2 for axis in result.axes if axis not in ("y", "x")}
    of = lambda group, key: view(result, result.group(group)[key], held) if key in result.group(group) else None
    rate, truth = of("parameters", name), of("truth", name)
    deviation, known = (None if found is None else found.values for found in (of("parameters", name + "_std"), of("parameters", name + "_known")))
    doubt, inside = undetermined(rate.values, deviation, known), np.isfinite(rate.values)
    state = next(iter(result.group("state")), None)
    shown = [key for key in ("observations", "state") if state in result.group(key)] + ["rate"] + ["truth"] * (truth is not None) + ["deviation"] * (deviation is not None)
    drawn, places = plt.subplots(1, len(shown), figsize=(4.1 * len(shown), 4.0), squeeze=False, constrained_layout=True)
    panels = Panels(drawn, places[0], rate.coordinates, inside.astype(float), unit)
    told = inside & ~doubt
    bounds = range_of(rate.values[told] if 10 * told.sum() >= inside.sum() else rate.values)   # a few points make no scale
    titles = {"observations": f"{state}, as observed", "state": f"{state}, fitted", "rate": name + (", no standard deviations:\nnothing of it is told" if deviation is None else ",\nhatched: not told from its mean" if doubt.any() else ""),
              "truth": f"{name}, truth", "deviation": f"{name}, standard deviation"}
    for key in shown:
        if key == "observations" and hasattr(result.group(key)[state], "keys"):   # columns of a table of points
            table = scattered.columns_of(result.group(key)[state])
            panels.scale_bar(panels.points(table, scattered.near(table, result.coordinates, held)[0], titles[key], "magma"))
        elif key in ("observations", "state"):
            panels.scale_bar(panels.image(of(key, state).values, titles[key], "magma"))
        else:
            values = {"rate": rate.values, "truth": None if truth is None else np.where(inside, truth.values, np.nan), "deviation": deviation}[key]
            panels.image(values, titles[key], "cividis" if key == "deviation" else "viridis", None if key == "deviation" else bounds,
                         doubt if key == "rate" else None)
    drawn.suptitle(heading(result, " ".join(word for word in (rate.note, unit if list(held) == ["z"] else "") if word)), fontsize=11)
    return drawn, None if deviation is None else 1.0 - doubt.sum() / max(inside.sum(), 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", help="result.h5, or the output directory that holds it")
    parser.add_argument("-o", "--output", help="picture to write (default: chromatin.png beside result.h5; .pdf works too)")
    parser.add_argument("--parameter", default="lambda")
    parser.add_argument("--unit", default="", help="of the axes, on the scale bar")
    given = parser.parse_args()
    matplotlib.use("Agg")
    try:
        result = Result(given.result)
        output = given.output or os.path.join(os.path.dirname(result.path), "chromatin.png")
        drawn, told = figure(result, given.parameter, given.unit)
        try:
            drawn.savefig(output, dpi=150)
        except (OSError, ValueError) as error:
            raise Failure(74, f"{output}: cannot be written ({error})") from error
    except Failure as failure:
        print(f"chromatin.py: {failure}", file=sys.stderr)
        return failure.code
    print(f"{output}: {said(told)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
