#!/usr/bin/env python3
"""Jets and scipy.ndimage in turn on identical work, one core each, so that other load falls on both alike.

    jets_vs_scipy.py BENCH_KERNELS [rounds = 5]

{u, u_xx, u_yy, u_zz} of 128^3 points at radius 8. Prints a line a round and the medians; exits 1 where the median ratio is below 8.
"""
import statistics
import sys

from kernels import run
from scipy_jets import measure

POINTS, RADIUS, REQUIRED = 128, 8, 8.0


def main():
    program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print(f"{{u, u_xx, u_yy, u_zz}}, {POINTS}^3 points, radius {RADIUS}; Mpt/s of processor time, one core")
    print("round     apply   transpose     scipy     ratio   % of multiply-adds (G/s)")
    results = []
    for i in range(rounds):
        found = run(program, f"jets/{POINTS}\\^3(/transpose)?/manual", 0.3)
        apply, back = found["kernels"][f"jets/{POINTS}^3"], found["kernels"][f"jets/{POINTS}^3/transpose"]
        peer = measure(POINTS, RADIUS, 2)
        results.append((apply["Mpt/s"], back["Mpt/s"], peer, apply["Mpt/s"] / peer, 100 * apply["share_of_arithmetic"],
                        found["machine"]["multiply_adds_per_second"] / 1e9))
        print("{:5d} {:9.2f} {:11.2f} {:9.2f} {:9.2f} {:10.1f} ({:.1f})".format(i + 1, *results[-1]), flush=True)
    median = [statistics.median(column) for column in zip(*results)]
    print("median{:9.2f} {:11.2f} {:9.2f} {:9.2f} {:10.1f} ({:.1f})".format(*median))
    return 0 if median[3] >= REQUIRED else 1


if __name__ == "__main__":
    sys.exit(main())
