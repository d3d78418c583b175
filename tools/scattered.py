"""Panels of scattered points (columns of axes, value, fitted, sigma, trust) for plot.py: the points on the fitted state, what the fit
leaves of each in standard deviations, values against what was fitted. A module of plot.py."""
import numpy as np

MOST = 20000          # points in a panel
ORANGE, GREY = "#d9731a", "#555555"
LEFT = 3.0            # colours of what is left end at so many standard deviations


def columns_of(group):
    """Columns by name, thinned evenly to what a picture can show."""
    size = max(len(column) for column in group.values())
    step = -(-size // MOST)
    return {name: np.asarray(column[::step], dtype=float) for name, column in group.items()}


def near(table, coordinates, held):
    """Which points a slice shows: those within a step of the lattice of it. held: axis -> index."""
    shown, words = np.ones(len(table["value"]), bool), []
    for axis, index in held.items():
        at, step = coordinates[axis][index], np.median(np.abs(np.diff(coordinates[axis])))
        shown &= np.abs(table[axis] - at) <= step
        words.append(f"{axis} = {at:.4g} +- {step:.2g}")
    return shown, ", ".join(words)


def left_over(table):
    """(value - fitted) / sigma."""
    return (table["value"] - table["fitted"]) / np.where(table["sigma"] > 0, table["sigma"], np.nan)


def scatter(ax, table, shown, axes, values, colours, low, high, edge):
    """Points over the axes [up, across]; those set aside as outliers are crosses."""
    up, across = axes
    trusted = table.get("trust", np.ones(len(shown))) >= 0.5
    size = np.clip(8000.0 / max(shown.sum(), 1), 5, 30)
    for kind, marker in ((trusted, "o"), (~trusted, "X")):
        rows = shown & kind
        ax.scatter(table[across][rows], table[up][rows], c=values[rows], s=size, marker=marker, cmap=colours, vmin=low, vmax=high,
                   edgecolors=edge, linewidths=0.25, zorder=3)


def plane_row(name, table, smooth, shown, note, image, limits, bar):
    """One slice: the state under the points, what is left of them."""
    low, high = limits(smooth.values, table["value"][shown])

    def on_state(ax):
        image(ax, smooth, "\n".join(w for w in (f"{name}, fitted (and data, dots)", note) if w), "cividis", low, high)
        scatter(ax, table, shown, smooth.axes, table["value"], "cividis", low, high, "white")

    def left(ax):
        scatter(ax, table, shown, smooth.axes, left_over(table), "RdBu_r", -LEFT, LEFT, GREY)
        ax.set(title="\n".join(w for w in (f"{name}, (data - fitted) / deviation", note) if w), xlabel=smooth.axes[1], ylabel=smooth.axes[0],
               xlim=edges(smooth.coordinates[1]), ylim=edges(smooth.coordinates[0]))
        ax.set_facecolor("#f4f4f4")
        if "t" not in smooth.axes:
            ax.set_box_aspect(np.clip(np.ptp(ax.get_ylim()) / np.ptp(ax.get_xlim()), 1 / 3, 3))
        bar(ax, -LEFT, LEFT, "RdBu_r")
    return [on_state, left]


def edges(coordinates):
    half = np.median(np.abs(np.diff(coordinates))) / 2 if len(coordinates) > 1 else 0.5
    return coordinates.min() - half, coordinates.max() + half


def against(name, table):
    """Values over what was fitted there, with the line on which both are the same."""
    def draw(ax):
        ends = np.array([np.nanmin(table["fitted"]), np.nanmax(table["fitted"])])
        ax.plot(table["fitted"], table["value"], ".", color=ORANGE, markersize=2, alpha=0.6)
        ax.plot(ends, ends, color=GREY, linewidth=1)
        ax.set(title=f"{name}, {len(table['value'])} points", xlabel="fitted", ylabel="data")
        ax.grid(alpha=0.25)
    return draw


def line_row(name, table, smooth):
    """One axis: the points on the fitted state; what is left of them."""
    axis = smooth.axes[0]

    def on_state(ax):
        ax.errorbar(table[axis], table["value"], 1.96 * table["sigma"], fmt=".", color=ORANGE, markersize=3, elinewidth=0.5, label="data, 95 %")
        ax.plot(smooth.coordinates[0], smooth.values, label="fitted")
        ax.set(title=name, xlabel=axis, ylabel=name)
        ax.legend(frameon=False, fontsize=8)
        ax.grid(alpha=0.25)

    def left(ax):
        ax.plot(table[axis], left_over(table), ".", color=ORANGE, markersize=3)
        ax.set(title=f"{name}, (data - fitted) / deviation", xlabel=axis)
        ax.grid(alpha=0.25)
    return [on_state, left]


def rows(name, group, coordinates, slices, image, limits, bar):
    """Rows of panels of a table; slices: pairs of a view of the fitted state and the axes held there (axis -> index)."""
    table = columns_of(group)
    found = []
    for smooth, held in slices:
        shown, note = near(table, coordinates, held)
        found.append(line_row(name, table, smooth) if len(smooth.axes) == 1 else plane_row(name, table, smooth, shown, note, image, limits, bar))
    found[0].append(against(name, table))
    return found
