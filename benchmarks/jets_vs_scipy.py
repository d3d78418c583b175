#!/usr/bin/env python3
"""bench_jets and scipy.ndimage in turn on identical work, one core each, so that other load falls on both alike.

    jets_vs_scipy.py BENCH_JETS [points = 128] [radius = 8] [rounds = 5]

Prints a line a round and the medians; exits 1 where the median ratio is below 8.
"""
import re
import statistics
import subprocess
import sys

from scipy_jets import measure

REQUIRED = 8.0


def bench(program, points, radius):
    """Million points per second of apply and of its transpose, share of the rate of multiply-adds in percent."""
    text = subprocess.run([program, str(points), str(radius), "5"], check=True, capture_output=True, text=True).stdout
    pattern = r"apply\s+([\d.]+) Mpt/s\s+([\d.]+) % of ([\d.]+) G.*\ntranspose\s+([\d.]+) Mpt/s"
    speed, share, rate, transpose = map(float, re.search(pattern, text).groups())
    return speed, share, rate, transpose


def main():
    program, numbers = sys.argv[1], [int(a) for a in sys.argv[2:]]
    points, radius, rounds = numbers + [128, 8, 5][len(numbers):]
    print(f"{{u, u_xx, u_yy, u_zz}}, {points}^3 points, radius {radius}; Mpt/s of processor time, one core")
    print("round     apply   transpose     scipy     ratio   % of multiply-add slots (G/s)")
    results = []
    for i in range(rounds):
        speed, share, rate, transpose = bench(program, points, radius)
        peer = measure(points, radius, 2)
        results.append((speed, transpose, peer, speed / peer, share, rate))
        print("{:5d} {:9.2f} {:11.2f} {:9.2f} {:9.2f} {:10.1f} ({:.1f})".format(i + 1, *results[-1]), flush=True)
    median = [statistics.median(column) for column in zip(*results)]
    print("median{:9.2f} {:11.2f} {:9.2f} {:9.2f} {:10.1f} ({:.1f})".format(*median))
    return 0 if median[3] >= REQUIRED else 1


if __name__ == "__main__":
    sys.exit(main())
