"""Reads the samples' .xmf as a viewer would (sizes and slabs in the order z y x) and compares every value and place."""
import os
import sys
import xml.etree.ElementTree as xml

import h5py
import numpy as np

SIZES = {"t": 2, "z": 3, "y": 4, "x": 5}
WEIGHTS = {"t": 1000, "z": 100, "y": 10, "x": 1}


def numbers(text):
    return [float(word) for word in text.split()]


def shape_of(item):
    return tuple(int(n) for n in item.get("Dimensions").split())


def values(item, directory):
    """The array that a DataItem stands for."""
    shape = shape_of(item)
    if item.get("ItemType") == "HyperSlab":
        selection, source = list(item)
        start, stride, count = np.array(numbers(selection.text), dtype=int).reshape(shape_of(selection))
        whole = values(source, directory)
        slab = whole[tuple(slice(s, s + d * c, d) for s, d, c in zip(start, stride, count))]
        assert slab.size == np.prod(shape)
        return slab.reshape(shape)
    assert item.get("NumberType") == "Float" and item.get("Precision") == "8"
    if item.get("Format") == "XML":
        return np.array(numbers(item.text)).reshape(shape)
    name, path = item.text.strip().split(":")
    assert os.path.basename(name) == name, "the .h5 is named without a directory"
    with h5py.File(os.path.join(directory, name), "r") as file:
        data = file[path][()]
    assert data.dtype == np.float64 and data.size == np.prod(shape), (path, data.shape, shape)
    return data.reshape(shape)


def coordinates(grid, directory):
    """Coordinates along z, y, x."""
    sizes = shape_of(grid.find("Topology"))
    assert len(sizes) == 3
    geometry = grid.find("Geometry")
    items = [values(item, directory) for item in geometry]
    if geometry.get("GeometryType") == "ORIGIN_DXDYDZ":
        assert grid.find("Topology").get("TopologyType") == "3DCoRectMesh"
        return [o + d * np.arange(n) for o, d, n in zip(*items, sizes)]
    assert geometry.get("GeometryType") == "VXVYVZ" and grid.find("Topology").get("TopologyType") == "3DRectMesh"
    assert [a.size for a in items] == list(sizes[::-1])
    return items[::-1]


def expected_line(axis, stretched):
    place = "tzyx".index(axis) + 1
    s = np.arange(SIZES[axis])
    return 0.25 * place + 0.5 * place * (s + 0.125 * s * s if stretched and axis != "t" else s)


def check_frame(grid, directory, axes, stretched, time):
    space = axes.replace("t", "") or "t"
    slots = ["z", "y", "t" if space == "t" else "x"]
    lines = [expected_line(a, stretched) if a in space else np.zeros(1) for a in slots]
    for found, line in zip(coordinates(grid, directory), lines):
        assert np.allclose(found, line, rtol=0, atol=1e-12), (axes, found, line)
    still = sum(WEIGHTS[a] * np.arange(line.size if a in space else 1).reshape([-1 if b == a else 1 for b in slots])
                for a, line in zip(slots, lines))
    found = {a.get("Name"): values(a.find("DataItem"), directory) for a in grid.findall("Attribute")}
    assert set(found) == ({"u"} if axes == "t" else {"u", "lambda", "truth_lambda"}), (axes, set(found))
    for name, array in found.items():
        want = still + (1000 * time if name == "u" else 0)
        assert array.shape == want.shape and np.array_equal(array, want), (axes, name, array, want)


def check(directory, axes, stretched):
    path = f"{directory}/{axes}{'_stretched' if stretched else ''}.xmf"
    root = xml.parse(path).getroot()
    assert root.get("Version") == "2.0"
    top = root.find("Domain").find("Grid")
    if "t" not in axes or axes == "t":
        check_frame(top, directory, axes, stretched, 0)
        return
    assert top.get("CollectionType") == "Temporal"
    frames = top.findall("Grid")
    assert len(frames) == SIZES["t"]
    for k, frame in enumerate(frames):
        assert float(frame.find("Time").get("Value")) == expected_line("t", False)[k]
        check_frame(frame, directory, axes, stretched, k)


def main(directory):
    for axes in ["t", "x", "y", "yx", "zx", "zyx", "tx", "tyx", "tzyx"]:
        check(directory, axes, False)
    for axes in ["x", "yx", "zyx", "tyx"]:
        check(directory, axes, True)


main(sys.argv[1])
