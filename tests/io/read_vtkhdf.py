"""Reads the samples by VTK's own reader of VTKHDF and compares every value, the origin and the spacing."""
import sys

from vtkmodules.vtkIOHDF import vtkHDFReader

SIZES = {"t": 2, "z": 3, "y": 4, "x": 5}


def read(path):
    reader = vtkHDFReader()
    assert reader.CanReadFile(path), f"{path}: VTK cannot read it"
    reader.SetFileName(path)
    reader.Update()
    return reader.GetOutput()


def check(directory, axes, names):
    path = f"{directory}/{axes}.h5"
    image = read(path)
    assert image.GetDimensions() == tuple(SIZES[a] for a in "xyz"), (path, image.GetDimensions())
    place = {a: "tzyx".index(a) + 1 for a in SIZES}
    assert image.GetOrigin() == tuple(0.25 * place[a] for a in "xyz"), (path, image.GetOrigin())
    assert close(image.GetSpacing(), [0.5 * place[a] for a in "xyz"]), (path, image.GetSpacing())
    data = image.GetPointData()
    found = {data.GetArrayName(i) for i in range(data.GetNumberOfArrays())}
    assert found == names, (path, found, names)
    for name in names:
        array = data.GetArray(name)
        assert array.GetNumberOfTuples() == image.GetNumberOfPoints()
        for k in range(SIZES["z"]):
            for j in range(SIZES["y"]):
                for i in range(SIZES["x"]):
                    want = 100 * k + 10 * j + i
                    got = array.GetValue(image.ComputePointId((i, j, k)))
                    assert got == want, (path, name, (i, j, k), got, want)


def close(found, wanted):
    return all(abs(a - b) < 1e-12 for a, b in zip(found, wanted))


def main(directory):
    check(directory, "zyx", {"u", "lambda", "truth_lambda"})
    check(directory, "tzyx", {"lambda", "truth_lambda"})
    for other in ["t", "x", "y", "yx", "zx", "tx", "tyx", "zyx_stretched"]:   # flat or stretched: VTK must not try
        assert not vtkHDFReader().CanReadFile(f"{directory}/{other}.h5"), other


main(sys.argv[1])
