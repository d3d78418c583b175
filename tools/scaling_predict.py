"""What a fitted model says: of the study itself, of 10^2 to 10^5 ranks, of one job. A module of scaling.py."""
import math

import scaling_model as model

END = 0.5   # of the efficiency


def count(value):
    return f"{value:.3g}"


def duration(seconds):
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"


def fitted(m):
    """Lines of Markdown: what was fitted, and its error."""
    lines = [f"Model of {m.deck}, {m.method}, axes {', '.join(m.names)}; on {m.machine['name']} ({m.machine['sources']}; "
             f"{m.machine['memory_bandwidth'] / 1e9:.1f} GB/s a node)", "",
             "| phase | iterations | bytes a point | flops a point | fixed s |", "|---|---:|---:|---:|---:|"]
    for name, phase in m.phases.items():
        k = m.iterations(phase, m.krylov[-1])
        moved = phase["bytes"] * (8 * model.FILES[name] if phase["kind"] == "files" else 1)
        flops = "-" if phase["kind"] == "files" else count(m.intensity * moved)
        lines.append(f"| {name} | {k:.0f} | {count(moved)} | {flops} | {count(phase['fixed'])} |")
    lines += ["", "Bytes, operations and fixed seconds are those of an iteration; of files, of the whole phase. "
              f"{m.intensity:g} operations a byte fit best. Assumed: iterations as measured, and in the band as they grew in the study "
              f"(N^{m.growth:.2f}); exchanges an iteration {model.EXCHANGES.get(m.method, model.EXCHANGES['other'])}; no overlap.", "",
              "| ranks | points | measured s | model s | error |", "|---:|---:|---:|---:|---:|"]
    for (row, times), error in zip(m.rows, m.errors):
        measured = sum(times.values())
        lines.append(f"| {row['ranks']} | {row['points']} | {count(measured)} | {count(measured * (1 + error))} | {100 * error:+.0f} % |")
    if not m.checked:
        lines += ["", f"So few rows are met by whatever is fitted: the model is taken to err by a factor {m.worst:.3g}."]
    return lines


def sums(cost):
    """{term: seconds} over the phases."""
    return {term: sum(terms.get(term, 0.0) for terms in cost.values()) for term in model.TERMS}


def end_of(m, machine, size, fewest):
    """Where half of the efficiency is gone: ranks, phase and term that lost most; None up to 10^7."""
    axes = m.axes_of(size)
    first = m.cost(machine, model.Shape(m.names, axes, fewest), m.krylov[-1])
    least = m.total(first) * fewest
    for step in range(1, 1000):
        ranks = round(fewest * 10 ** (step / 20))
        if ranks > 1e7:
            return None
        cost = m.cost(machine, model.Shape(m.names, axes, ranks), m.krylov[-1])
        if least / (m.total(cost) * ranks) < END:
            excess = {(phase, term): seconds - first[phase][term] * fewest / ranks for phase, terms in cost.items() for term, seconds in terms.items()}
            phase, term = max(excess, key=excess.get)
            return ranks, phase, term
    return None


def label(m, size):
    """"1024^3", "8 x 1024^3" of films."""
    space = sum(name != "t" for name in m.names)
    return (f"{m.frames} x " if "t" in m.names else "") + f"{size}^{space}"


def of_machine(m, machine, sizes, ranks):
    lines = ["", f"{machine['name']}. {machine['sources']}. Band: a factor {m.worst:.3g} that the model errs by, a factor {machine.get('band', 1.0):g} for "
             "the machine's numbers, iterations that stay or grow on.", "",
             "| points | ranks | " + " | ".join(model.TERMS) + " | total s | band s | efficiency |", "|---:|---:|" + "---:|" * (len(model.TERMS) + 3)]
    ends = []
    for size in sizes:
        first = None
        for p in ranks:
            shape = model.Shape(m.names, m.axes_of(size), p)
            terms = sums(m.cost(machine, shape, m.krylov[-1]))
            low, likely, high = m.band(machine, shape)
            first = first or likely * p
            lines.append(f"| {label(m, size)} | {p} | " + " | ".join(count(terms[name]) for name in model.TERMS) +
                         f" | {count(likely)} | {count(low)} to {count(high)} | {first / (likely * p):.2f} |")
        end = end_of(m, machine, size, ranks[0])
        ends.append(f"{label(m, size)}: half of the efficiency is gone at {end[0]} ranks, most of it to {end[2]} of {end[1]}" if end else
                    f"{label(m, size)}: the efficiency stays above {END:g} up to 10^7 ranks")
    return lines + [""] + [f"{line}.  " for line in ends]


def report(m, machines, sizes, ranks):
    lines = fitted(m)
    for machine in machines:
        lines += of_machine(m, machine, sizes, ranks)
    return "\n".join(lines) + "\n"


def of_job(m, machine, names, points, method, ranks):
    """Lines for mollis check."""
    if method != m.method:
        return [f"hours: unknown; the study is of method = \"{m.method}\", the deck says \"{method}\""]
    if names != m.names:
        return [f"hours: unknown; the study has the axes {', '.join(m.names)}, the deck {', '.join(names)}"]
    shape = model.Shape(names, points, ranks)
    low, likely, high = m.band(machine, shape)
    few, many = m.iterations_at(shape.points)
    far = shape.points / m.largest
    lines = [f"time on {ranks} rank(s) of {machine['name']}: {duration(likely)}, {duration(low)} to {duration(high)}; "
             f"{few:.0f} to {many:.0f} conjugate gradient iterations",
             f"fitted to {len(m.rows)} run(s) of {m.deck} within a factor {m.worst:.3g}, the largest of {m.largest:.3g} points"]
    if far > 100:
        lines.append(f"this deck has {far:.3g} times as many points: take the band seriously")
    hours = math.ceil(high / 360) / 10
    lines.append(f"ask for --time={int(hours):02d}:{round(hours % 1 * 60):02d}:00")
    return lines
