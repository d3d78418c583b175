#!/usr/bin/env python3
"""Draws the results of a Mollis run as one PNG: parameters against the truth where it is known, data against the
smoothed state, the sweep over smoothness weights, constants as text.

Points where the data hardly determine a parameter (its weight is below a thousandth of the largest) are hatched.
Parameters over a state are curves. Standard deviations are a band of 95 % around lines and a map of their own beside images.
Scattered points are dots on the fitted state, beside what the fit leaves of them. Fields of one axis are lines, of two axes images; of more axes middle slices are shown (and the middle time).
"""
import argparse
import os
import sys

try:
    import numpy as np
    import matplotlib
    if __package__:   # as mollis.tools.plot
        from . import scattered, sweep
        from .result import COMPANIONS, Failure, Result, View, cuts, is_constant, largest, view
    else:
        import scattered
        import sweep
        from result import COMPANIONS, Failure, Result, View, cuts, is_constant, largest, view
except ModuleNotFoundError as error:
    sys.exit(f"plot.py: {error}; needed are h5py and matplotlib (Debian: python3-h5py python3-matplotlib, which only "
             f"/usr/bin/python3 sees; this is {sys.executable})")

UNDETERMINED = 1e-3   # of the largest weight
BLUE, ORANGE, GREY = "#1f5fa8", "#d9731a", "#555555"


def limits(*arrays):
    """Colour limits common to the arrays, without their few wildest values."""
    values = np.concatenate([a[np.isfinite(a)].ravel() for a in arrays])
    if values.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(values, [0.5, 99.5])
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def draw_image(ax, field, title, colours, low, high, doubt=None):
    across, up = field.coordinates[1], field.coordinates[0]
    clear = 1.0 if doubt is None else np.where(doubt, 0.25, 1.0)
    ax.pcolormesh(across, up, field.values, shading="nearest", cmap=colours, vmin=low, vmax=high, alpha=clear,
                  rasterized=True)
    ax.patch.set(facecolor="#e4e4e4", hatch="////", edgecolor="#a0a0a0")
    width, height = np.ptp(across), np.ptp(up)
    if "t" not in field.axes and min(width, height) > 0 and 1 / 3 < width / height < 3:
        ax.set_aspect("equal")
    ax.set(title=title, xlabel=field.axes[1], ylabel=field.axes[0])
    colour_bar(ax, low, high, colours)


def colour_bar(ax, low, high, colours):
    scale = matplotlib.cm.ScalarMappable(matplotlib.colors.Normalize(low, high), colours)
    ax.figure.colorbar(scale, cax=ax.inset_axes([1.03, 0, 0.05, 1])).ax.tick_params(labelsize=7)


def draw_lines(ax, lines, title, label, doubt=None, band=None):
    """lines: (view, name, style dictionary) over one axis; band: (view, deviation)."""
    if band is not None:
        middle, half = band[0].values, 1.96 * band[1].values
        ax.fill_between(band[0].coordinates[0], middle - half, middle + half, color=BLUE, alpha=0.2, linewidth=0, label="95 %")
    for field, name, style in lines:
        ax.plot(field.coordinates[0], field.values, label=name, **style)
    field = lines[0][0]
    if doubt is not None and doubt.any() and not doubt.all():
        sure = np.concatenate([v.values[~doubt] for v, _, _ in lines])
        low, high = np.nanmin(sure), np.nanmax(sure)
        if high > low:
            ax.set_ylim(low - 0.1 * (high - low), high + 0.1 * (high - low))
        ax.fill_between(field.coordinates[0], 0, 1, where=doubt, transform=ax.get_xaxis_transform(),
                        color="#bbbbbb", alpha=0.35, linewidth=0, label="undetermined")
    ax.set(title=title, xlabel=field.axes[0], ylabel=label)
    ax.grid(alpha=0.25)
    if len(lines) > 1 or band is not None or (doubt is not None and doubt.any()):
        ax.legend(frameon=False, fontsize=8)


def scored(result, name):
    """"correlation 0.998, error 2.1 %" of a parameter, empty where no truth was given."""
    truth = result.parameter_summary(name).get("truth") or {}
    words = []
    if truth.get("correlation") is not None:
        words.append(f"correlation {truth['correlation']:.4f}")
    if truth.get("relative_l2") is not None:
        words.append(f"error {100 * truth['relative_l2']:.3g} %")
    return ", ".join(words)


def titled(*words):
    return "\n".join(w for w in words if w)


def parameter_rows(result, name, dataset):
    """Rows of panels (functions of an axes object) for a parameter field, one a cut."""
    truth = result.group("truth").get(name)
    weight = result.group("parameters").get(name + "_weight")
    deviation = result.group("parameters").get(name + "_std")
    ceiling = largest(weight) if weight is not None else 0.0
    return [parameter_row(result, name, view(result, dataset, held),
                          None if truth is None else view(result, truth, held),
                          None if weight is None else view(result, weight, held), ceiling,
                          None if deviation is None else view(result, deviation, held))
            for held in cuts(result.axes_of(dataset), dataset.shape)]


def parameter_row(result, name, found, truth, weight, ceiling, deviation):
    doubt = None if weight is None else ~(weight.values >= UNDETERMINED * ceiling)
    sure = found.values if doubt is None or doubt.all() else found.values[~doubt]
    error = None if truth is None else View(found.values - truth.values, found.axes, found.coordinates, found.note)
    if len(found.axes) == 1:
        return line_panels(result, name, found, truth, error, weight, doubt, deviation)
    low, high = limits(sure) if truth is None else limits(sure, truth.values)
    panels = [lambda ax: draw_image(ax, found, titled(f"{name}, recovered", scored(result, name), found.note),
                                    "viridis", low, high, doubt)]
    if truth is not None:
        most = max(np.abs(limits(error.values if doubt is None or doubt.all() else error.values[~doubt])))
        panels.insert(0, lambda ax: draw_image(ax, truth, titled(f"{name}, truth", found.note), "viridis", low, high))
        panels.append(lambda ax: draw_image(ax, error, titled(f"{name}, recovered - truth", found.note), "RdBu_r",
                                            -most, most, doubt))
    elif weight is not None:
        shown = View(np.log10(np.maximum(weight.values, 1e-8 * ceiling or 1e-300)), weight.axes, weight.coordinates, "")
        bounds = limits(shown.values)
        panels.append(lambda ax: draw_image(ax, shown, f"{name}, log10 weight of the data", "magma", *bounds))
    if deviation is not None:
        spread = limits(deviation.values)
        panels.append(lambda ax: draw_image(ax, deviation, f"{name}, standard deviation", "magma", *spread))
    return panels


def line_panels(result, name, found, truth, error, weight, doubt, deviation):
    lines = [(found, "recovered", {"color": BLUE})]
    if truth is not None:
        lines.insert(0, (truth, "truth", {"color": GREY, "linestyle": "--"}))
    band = None if deviation is None else (found, deviation)
    panels = [lambda ax: draw_lines(ax, lines, titled(f"{name}, recovered", scored(result, name)), name, doubt, band)]
    if error is not None:
        panels.append(lambda ax: draw_lines(ax, [(error, "error", {"color": ORANGE})], f"{name}, recovered - truth",
                                            "error", doubt))
    if weight is not None:
        def draw(ax):
            draw_lines(ax, [(weight, "weight", {"color": GREY})], f"{name}, weight of the data", "weight", doubt)
            if (weight.values > 0).any():
                ax.set_yscale("log")
                ax.set_ylim(1e-6 * np.nanmax(weight.values), 3 * np.nanmax(weight.values))
        panels.append(draw)
    return panels


def state_rows(result, name):
    """Rows for a state: data, smoothed state, their difference, one a cut."""
    data, smooth = result.group("observations").get(name), result.group("state").get(name)
    if hasattr(data, "keys"):   # columns of a table of points
        slices = [(view(result, smooth, held), held) for held in cuts(result.axes_of(smooth), smooth.shape)]
        return scattered.rows(name, data, result.coordinates, slices, draw_image, limits, colour_bar)
    some = data if data is not None else smooth
    return [state_row(name, None if data is None else view(result, data, held),
                      None if smooth is None else view(result, smooth, held))
            for held in cuts(result.axes_of(some), some.shape)]


def state_row(name, data, smooth):
    both = [(v, words) for v, words in ((data, "data"), (smooth, "mollified")) if v is not None]
    rest = None
    if len(both) == 2:
        rest = View(data.values - smooth.values, data.axes, data.coordinates, data.note)
    if len(both[0][0].axes) == 1:
        styles = {"data": {"color": ORANGE, "linestyle": "", "marker": ".", "markersize": 3}, "mollified": {"color": BLUE}}
        panels = [lambda ax: draw_lines(ax, [(v, w, styles[w]) for v, w in both], name, name)]
        if rest is not None:
            panels.append(lambda ax: draw_lines(ax, [(rest, "", styles["data"])], f"{name}, data - mollified", ""))
        return panels
    low, high = limits(*[v.values for v, _ in both])
    panels = [lambda ax, v=v, w=w: draw_image(ax, v, titled(f"{name}, {w}", v.note), "cividis", low, high)
              for v, w in both]
    if rest is not None:
        most = max(np.abs(limits(rest.values)))
        panels.append(lambda ax: draw_image(ax, rest, titled(f"{name}, data - mollified", rest.note), "RdBu_r", -most,
                                            most))
    return panels


def sweep_panels(result):
    parameters = result.group("parameters")
    return [sweep.panel(result, name, table) for name, table in result.group("sweep").items()
            if name == "radius" or not is_constant(parameters[name])]


def constants_panel(result, constants):
    lines = []
    for name, dataset in constants.items():
        line = f"{name} = {np.asarray(dataset).item():.8g}"
        error = result.parameter_summary(name).get("standard_error")
        if error is not None:
            line += f" +- {error:.2g}"
        if name in result.group("truth"):
            line += f"   (truth {np.asarray(result.group('truth')[name]).item():.8g})"
        lines.append(line)

    def draw(ax):
        ax.axis("off")
        ax.set_title("constants")
        ax.text(0.02, 0.96, "\n".join(lines), transform=ax.transAxes, va="top", family="monospace", fontsize=10)
    return draw


def curve_panels(result):
    """Parameters over a state, each over its values with a band of 95 %; where data lie, as ticks below."""
    return [curve_panel(result, name, {column: np.asarray(values) for column, values in table.items()})
            for name, table in result.group("curves").items()]


def curve_panel(result, name, table):
    summary = result.parameter_summary(name)
    state = next((column for column in table if column not in ("value", "std", "known", "data", "truth")))
    at, value = table[state], table["value"]

    def draw(ax):
        if "std" in table:
            half = 1.96 * table["std"]
            ax.fill_between(at, value - half, value + half, color=BLUE, alpha=0.2, linewidth=0, label="95 %")
        if "truth" in table:
            ax.plot(at, table["truth"], color=GREY, linestyle="--", label="truth")
        ax.plot(at, value, color=BLUE, label="recovered")
        seen = table["data"] / max(table["data"].max(), 1.0)
        ax.fill_between(at, 0, 0.15 * seen, transform=ax.get_xaxis_transform(), color=ORANGE, alpha=0.5, linewidth=0,
                        step="mid", label="data")
        low, high = min(value.min(), 0.0), max(value.max(), 0.0)
        if high > low:   # bands of what the data do not tell may be of any width
            ax.set_ylim(max(ax.get_ylim()[0], low - (high - low)), min(ax.get_ylim()[1], high + (high - low)))
        error = (summary.get("truth") or {}).get("relative_l2")
        ax.set(title=titled(f"{name}({state}), recovered", "" if error is None else f"error {100 * error:.3g} %"), xlabel=state,
               ylabel=name)
        ax.grid(alpha=0.25)
        ax.legend(frameon=False, fontsize=8)
    return draw


KNOWN = ("parameters", "curves", "samples", "truth", "state", "observations", "coordinates", "sweep", "VTKHDF")


def other_panels(result):
    """Fields that no other panel shows (residuals, derivatives), one panel each and cut."""
    found = []
    result.file.visititems(lambda path, item: found.append(item) if "axes" in item.attrs and "VTKHDF" not in path and
                           path.split("/")[0] not in KNOWN and hasattr(item, "shape") else None)
    return [other_panel(dataset.name.lstrip("/"), view(result, dataset, held))
            for dataset in found if not is_constant(dataset)
            for held in cuts(result.axes_of(dataset), dataset.shape)]


def other_panel(name, field):
    if len(field.axes) == 1:
        return lambda ax: draw_lines(ax, [(field, name, {"color": BLUE})], name, "")
    low, high = limits(field.values)
    colours = "RdBu_r" if low < 0 < high else "viridis"
    if low < 0 < high:
        low, high = -max(-low, high), max(-low, high)
    return lambda ax: draw_image(ax, field, titled(name, field.note), colours, low, high)


def rows_of(result):
    """All panels, as rows of at most three."""
    every = result.group("parameters")
    parameters = {n: d for n, d in every.items() if not any(n.endswith(c) and n[:-len(c)] in every for c in COMPANIONS)}
    constants = {n: d for n, d in parameters.items() if is_constant(d)}
    rows = []
    for name, dataset in parameters.items():
        if name not in constants:
            rows += parameter_rows(result, name, dataset)
    for name in {**result.group("observations"), **result.group("state")}:
        rows += state_rows(result, name)
    loose = curve_panels(result) + other_panels(result) + ([constants_panel(result, constants)] if constants else [])
    loose += sweep_panels(result)
    return rows + [loose[i:i + 3] for i in range(0, len(loose), 3)]


def headline(result):
    summary = result.summary
    words = [str(summary[k]) for k in ("method", "status") if k in summary]
    words += [str(summary["verdict"]["status"])] if "verdict" in summary else []
    words += [f"noise of {n}: {s:.3g}" for n, s in summary.get("noise", {}).items() if isinstance(s, (int, float))]
    return ", ".join(words)


def figure(result):
    """All there is to see of a result."""
    import matplotlib.pyplot as plt
    plt.rcParams.update({"axes.titlesize": 10, "axes.labelsize": 9, "xtick.labelsize": 8, "ytick.labelsize": 8})
    rows = rows_of(result)
    if not rows:
        raise Failure(65, f"{result.path}: nothing to draw (no /parameters, /state or /observations)")
    across = max(len(row) for row in rows)
    drawn, grid = plt.subplots(len(rows), across, figsize=(4.3 * across, 3.5 * len(rows)), squeeze=False,
                                constrained_layout=True)
    for row, places in zip(rows, grid):
        for ax in places[len(row):]:
            ax.axis("off")
        for panel, ax in zip(row, places):
            panel(ax)
    drawn.set_constrained_layout_pads(h_pad=0.08, w_pad=0.06)
    drawn.suptitle(headline(result), fontsize=11)
    return drawn


def draw(result, output, dpi):
    matplotlib.use("Agg")
    try:
        figure(result).savefig(output, dpi=dpi)
    except (OSError, ValueError) as error:
        raise Failure(74, f"{output}: cannot be written ({error})") from error


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", help="result.h5, or the output directory that holds it")
    parser.add_argument("-o", "--output", help="picture to write (default: result.png beside result.h5; .pdf works too)")
    parser.add_argument("--dpi", type=int, default=130, help="resolution of the picture (130)")
    given = parser.parse_args()
    try:
        result = Result(given.result)
        output = given.output or os.path.splitext(result.path)[0] + ".png"
        draw(result, output, given.dpi)
    except Failure as failure:
        print(f"plot.py: {failure}", file=sys.stderr)
        return failure.code
    print(output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
