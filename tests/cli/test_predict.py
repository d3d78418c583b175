"""A fit, run forward: its error is that of the noise, and the same on two ranks."""
import unittest

import h5py

from program import INPUTS, TestCase, redirected, run, summary_of, temporary


class Predict(TestCase):
    def test_reaction(self):
        directory = temporary()
        places = redirected(directory, "u")
        self.expect(0, run("forward", INPUTS / "reaction.toml", *places))
        self.expect(0, run("invert", INPUTS / "reaction.toml", *places))
        fields = []
        for ranks in (1, 2):
            out = directory / f"predict{ranks}"
            self.expect(0, run("predict", directory / "out", "--output", out, ranks=ranks))
            errors = summary_of(out)["states"]["u"]["fitted_frames"]
            self.assertLess(errors["chi2"], 2.0)
            self.assertGreater(errors["unchanged_chi2"], 1000.0)
            with h5py.File(out / "result.h5") as file:
                fields.append(file["/predicted/u"][()])
        self.assertLess(abs(fields[0] - fields[1]).max(), 1e-8 * abs(fields[0]).max())
        self.expect_error(66, run("predict", directory), "no result of mollis invert")


if __name__ == "__main__":
    unittest.main()
