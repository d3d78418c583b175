"""One picture a problem: truth, data and the lambda of every method on the same case."""
import math

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (after the choice of the backend)

ACROSS = 4


def caption(row):
    text = row["method"]
    if row.get("correlation") is not None:
        text += f"\nr {row['correlation']:.4f}"
        if row["core_correlation"] != row["correlation"]:
            text += f", core {row['core_correlation']:.4f}"
        text += f"; error {100 * row['relative_l2']:.1f} %"
    if row.get("seconds"):
        text += f"\n{row['seconds']:.3g} s, {row['megabytes']:.0f} MB"
    return text


def observed(case):
    """Data, and the coordinate of its last axis."""
    with h5py.File(case.path) as file:
        return file["u"][:], file["x" if case.truth.ndim > 1 else "t"][:]


def panels(case, data, results):
    """(title, values, is lambda): truth, data, then the methods."""
    return ([("lambda, truth", case.truth, True), (f"u, {case.noise:g} % noise", data, False)]
            + [(caption(row), found, True) for row, found in results if found is not None])


def draw(case, results, path):
    data, along = observed(case)
    shown = panels(case, data, results)
    across = min(ACROSS, len(shown))
    figure, axes = plt.subplots(math.ceil(len(shown) / across), across, squeeze=False, constrained_layout=True,
                                figsize=(3.6 * across, 3.6 * math.ceil(len(shown) / across)))
    low, high = case.truth.min(), case.truth.max()
    margin = 0.15 * (high - low)
    for ax in axes.flat[len(shown):]:
        ax.axis("off")
    for ax, (title, values, is_lambda) in zip(axes.flat, shown):
        if values.ndim == 1:
            ax.plot(along, values, ".-" if not is_lambda else "-", color="#d9731a", markersize=2, linewidth=1)
            if is_lambda:
                ax.plot(along, case.truth, color="#1f5fa8", linewidth=0.8, linestyle="--")
                ax.set_ylim(low - 3 * margin, high + 3 * margin)
            ax.grid(alpha=0.25)
        else:
            limits = {"vmin": low - margin, "vmax": high + margin} if is_lambda else {"cmap": "cividis"}
            image = ax.imshow(values, origin="lower", **limits)
            figure.colorbar(image, ax=ax, shrink=0.8)
            ax.set(xticks=[], yticks=[])
        ax.set_title(title, fontsize=8)
    figure.suptitle(f"{case.name}, {case.grid}", fontsize=10)
    figure.savefig(path, dpi=120)
    plt.close(figure)
