"""Panels of the automatic choices for plot.py: trials of smoothness and radius, steps of a joint fit. A module of plot.py."""
import numpy as np
from matplotlib.cm import viridis

BLUE, ORANGE = "#1f5fa8", "#d9731a"


def trial_radii(table):
    """The radii of each trial, a tuple along the axes."""
    names = [name for name in table if name.startswith("radius_")]
    return list(zip(*[np.asarray(table[name]).astype(int) for name in names]))


def weight_panel(result, name, table):
    """Predicted risk over the smoothness weight, a line for each mollifier radius tried."""
    weight, risk, radii = np.asarray(table["weight"]), np.asarray(table["risk"]), trial_radii(table)
    chosen = result.parameter_summary(name).get("smoothness_weight")

    def draw(ax):
        tried = sorted(set(radii))
        for number, radius in enumerate(tried):
            rows = [i for i, r in enumerate(radii) if r == radius]
            rows.sort(key=lambda i: weight[i])
            ax.plot(weight[rows], risk[rows], "o-", color=viridis(number / max(len(tried), 2)), markersize=3,
                    linewidth=1, label="radius " + ", ".join(map(str, dict.fromkeys(radius))))
        if chosen:
            ax.axvline(chosen, color=ORANGE, linestyle="--", label=f"chosen: {chosen:.3g}")
        ax.legend(frameon=False, fontsize=7)
        if (weight > 0).all():
            ax.set_xscale("log")
        if (risk > 0).all():
            ax.set_yscale("log")
        ax.set(title=f"{name}, choice of the smoothness", xlabel="weight", ylabel="predicted risk")
        ax.grid(alpha=0.25)
    return draw


def radius_panel(table):
    """Bias and variance of the derivatives over the largest radius of each trial."""
    radius = np.array([max(r) for r in trial_radii(table)])
    order = np.argsort(radius, kind="stable")
    bias, variance = np.asarray(table["bias"])[order], np.asarray(table["variance"])[order]

    def draw(ax):
        for values, label, colour in ((bias, "bias", ORANGE), (variance, "noise", BLUE)):
            seen = values > 0
            ax.plot(radius[order][seen], values[seen], "o-", color=colour, markersize=4, label=label)
        ax.set(title="choice of the mollifier radius", xlabel="radius [cells]", ylabel="in the derivatives", yscale="log")
        ax.legend(frameon=False, fontsize=8)
        ax.grid(alpha=0.25)
    return draw


def steps_panel(name, table):
    """Smoothness weight, degrees of freedom and misfit over the steps of a joint fit."""
    def draw(ax):
        for column in ("weight", "freedom", "misfit"):
            values = np.asarray(table[column])
            ax.plot(np.arange(1, len(values) + 1), np.where(values > 0, values, np.nan), "o-", markersize=3, linewidth=1,
                    label=column)
        ax.set_yscale("log")
        ax.legend(frameon=False, fontsize=7)
        ax.set(title=f"{name}, steps of the joint fit", xlabel="step")
        ax.grid(alpha=0.25)
    return draw


def panel(result, name, table):
    if name == "radius":
        return radius_panel(table)
    return weight_panel(result, name, table) if "risk" in table else steps_panel(name, table)
