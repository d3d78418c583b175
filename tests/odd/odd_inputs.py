#!/usr/bin/env python3
"""Odd decks, overrides, data files, tables, places, commands and PETSc options, some hundreds of them, on 1 and 2 ranks: whatever
comes in, a run ends within its time with a code of the contract, a message that names a place where something is wrong, nothing
left behind or changed that was there before, and no wrong result called sound.

    MOLLIS_PROGRAM=build/release/mollis tests/odd/odd_inputs.py [--count N] [--seed S] [--ranks 1,2] [--only KIND] [--keep] [--log FILE]

Prints a table of outcomes and every finding; the exit code is 1 where there is one. The whole is a campaign, run by hand; the
tests take a sample (--sample N)."""
import argparse
import collections
import json
import pathlib
import random
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True

from commands import command_cases, petsc_cases, place_cases  # noqa: E402
from data import data_cases  # noqa: E402
from decks import deck_cases, override_cases  # noqa: E402
from outcome import CONTRACT, Outcome  # noqa: E402
from tables import table_cases  # noqa: E402


def all_cases(count, seed):
    generator = random.Random(seed)
    return [*deck_cases(generator, count), *override_cases(generator, count), *data_cases(), *table_cases(generator, count // 4),
            *place_cases(), *petsc_cases(), *command_cases()]


class Campaign:
    def __init__(self, ranks, keep, log):
        self.ranks, self.keep, self.log = ranks, keep, log
        self.table, self.findings, self.slowest = collections.Counter(), [], (0.0, "")
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="mollis-odd-"))

    def run(self, number, case, once):
        """On every number of ranks; `once`: on one of them, in turn."""
        codes = {}
        every = [self.ranks[number % len(self.ranks)]] if once else self.ranks
        for ranks in every if case.ranks is None else [case.ranks]:
            directory = self.root / f"{number}_{ranks}"
            directory.mkdir()
            outcome = Outcome(case, ranks, directory)
            codes[ranks] = outcome.code
            self.table[case.kind, outcome.code] += 1
            title = f"{case.kind}: {case.label}, {ranks} rank(s)"
            self.slowest = max(self.slowest, (outcome.seconds, title))
            wrong = outcome.judge()
            self.findings += [f"{title}: {text}" for text in wrong]
            if self.log:
                print(json.dumps({"case": title, "directory": directory.name, "code": outcome.code, "seconds": round(outcome.seconds, 1),
                                  "err": outcome.err[:600], "wrong": wrong}), file=self.log, flush=True)
            if not (wrong and self.keep):
                shutil.rmtree(directory, ignore_errors=True)
        if len(set(codes.values())) > 1:
            self.findings.append(f"{case.kind}: {case.label}: codes differ by ranks: {codes}")

    def report(self, cases):
        print(f"{'kind':<10} {'code':>5}  {'meaning':<14} {'runs':>5}")
        for (kind, code), runs in sorted(self.table.items(), key=lambda item: (item[0][0], item[0][1] is None, item[0][1] or 0)):
            print(f"{kind:<10} {'-' if code is None else code:>5}  {CONTRACT.get(code, 'NOT IN THE CONTRACT'):<14} {runs:>5}")
        print(f"{sum(self.table.values())} runs of {cases} cases, slowest {self.slowest[0]:.1f} s ({self.slowest[1]})")
        for finding in self.findings:
            print("FINDING", finding)
        print(f"{len(self.findings)} findings" + (f", kept in {self.root}" if self.keep and self.findings else ""))
        if not self.keep:
            shutil.rmtree(self.root, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=120, help="mutated decks, as many overrides, a quarter of it tables (beside the fixed cases)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ranks", default="1,2")
    parser.add_argument("--only", default="", help="kinds, e.g. deck,override")
    parser.add_argument("--sample", type=int, default=0, help="run so many of the cases, drawn by the seed, each on one number of ranks")
    parser.add_argument("--keep", action="store_true", help="keep the directories of findings")
    parser.add_argument("--log", type=argparse.FileType("w"), help="a line of JSON a run")
    arguments = parser.parse_args()
    cases = [case for case in all_cases(arguments.count, arguments.seed) if not arguments.only or case.kind in arguments.only.split(",")]
    if arguments.sample:
        cases = random.Random(arguments.seed).sample(cases, min(arguments.sample, len(cases)))
    campaign = Campaign([int(n) for n in arguments.ranks.split(",")], arguments.keep, arguments.log)
    for number, case in enumerate(cases):
        campaign.run(number, case, bool(arguments.sample))
    campaign.report(len(cases))
    return 1 if campaign.findings else 0


if __name__ == "__main__":
    sys.exit(main())
