"""Writers of small files of many formats, by their specifications and by hand, so that nothing under test made them."""
import gzip
import struct
import zlib

import numpy


def tiff(path, pages, description="", bits=None, photometric=1, resolution=None, size=None):
    """Pages (arrays of one type) of one strip each, uncompressed, little endian. bits, size: what the tags claim, where not the truth."""
    blob = bytearray(b"II*\0" + struct.pack("<I", 0))
    link = 4
    for page in pages:
        page = numpy.asarray(page)
        height, width = size or page.shape
        kind = {"u": 1, "i": 2, "f": 3}[page.dtype.kind]
        data = len(blob)
        blob += page.astype(page.dtype.newbyteorder("<")).tobytes()
        text = len(blob)
        blob += description.encode() + b"\0"
        ratio = len(blob)
        blob += struct.pack("<II", int(1000 * (resolution or 0)), 1000)
        entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, bits or 8 * page.itemsize), (259, 3, 1, 1), (262, 3, 1, photometric),
                   (273, 4, 1, data), (277, 3, 1, 1), (278, 4, 1, max(height, 1)), (279, 4, 1, page.nbytes), (339, 3, 1, kind)]
        if description:
            entries.append((270, 2, len(description) + 1, text))
        if photometric == 3:  # a map of colours
            entries.append((320, 3, 3 << 8 * page.itemsize, len(blob)))
            blob += bytes(6 << 8 * page.itemsize)
        if resolution:
            entries += [(282, 5, 1, ratio), (283, 5, 1, ratio)]
        blob += b"\0" * (len(blob) % 2)
        blob[link:link + 4] = struct.pack("<I", len(blob))
        blob += struct.pack("<H", len(entries))
        for tag, type_, count, value in sorted(entries):
            blob += struct.pack("<HHI", tag, type_, count) + (struct.pack("<HH", value, 0) if type_ == 3 else struct.pack("<I", value))
        link = len(blob)
        blob += struct.pack("<I", 0)
    path.write_bytes(bytes(blob))
    return path


def tiled(path, page, order="<", packed=False, cut=0):
    """One page in tiles of 16 x 16, with deflate or without; cut: bytes that the last tile's count lacks."""
    page = numpy.asarray(page)
    height, width = page.shape
    blob, places, counts = bytearray({"<": b"II", ">": b"MM"}[order] + struct.pack(order + "HI", 42, 0)), [], []
    for y in range(0, height, 16):
        for x in range(0, width, 16):
            tile = numpy.zeros((16, 16), dtype=page.dtype.newbyteorder(order))
            tile[:min(16, height - y), :min(16, width - x)] = page[y:y + 16, x:x + 16]
            data = zlib.compress(tile.tobytes()) if packed else tile.tobytes()
            places.append(len(blob))
            counts.append(len(data))
            blob += data
    counts[-1] -= cut
    count = len(places)
    lists = len(blob)
    blob += struct.pack(f"{order}{2 * count}I", *places, *counts) + b"\0" * (len(blob) % 2)
    first, second = (places[0], counts[0]) if count == 1 else (lists, lists + 4 * count)
    entries = [(256, 1, width), (257, 1, height), (258, 1, 8 * page.itemsize), (259, 1, 8 if packed else 1), (262, 1, 1), (277, 1, 1), (322, 1, 16), (323, 1, 16),
               (324, count, first), (325, count, second), (339, 1, {"u": 1, "i": 2, "f": 3}[page.dtype.kind])]
    blob[4:8] = struct.pack(order + "I", len(blob))
    blob += struct.pack(order + "H", len(entries)) + b"".join(struct.pack(order + "HHII", tag, 4, number, value) for tag, number, value in entries) + struct.pack(order + "I", 0)
    path.write_bytes(bytes(blob))
    return path


def nifti(path, values, datatype=16, spacing=(1.0, 1.0, 1.0), packed=False, order="<"):
    """A NIfTI-1 volume of float32, slowest axis first."""
    values = numpy.asarray(values, dtype=order + "f4")
    dim = [values.ndim, *values.shape[::-1]] + [1] * (7 - values.ndim)
    header = bytearray(352)
    struct.pack_into(order + "i", header, 0, 348)
    struct.pack_into(order + "8h", header, 40, *dim)
    struct.pack_into(order + "hh", header, 70, datatype, 24 if datatype == 128 else 32)
    struct.pack_into(order + "8f", header, 76, 1.0, *spacing[::-1], *[0.0] * (7 - len(spacing)))
    struct.pack_into(order + "f", header, 108, 352.0)
    header[123] = 2 | 8  # mm, s
    header[344:348] = b"n+1\0"
    content = bytes(header) + values.tobytes()
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


def netcdf(path, dimensions, variables):
    """Classic NetCDF (CDF-1). dimensions: name -> size; variables: name -> (dimensions, array, attributes)."""
    types = {"i1": 1, "S1": 2, "i2": 3, "i4": 4, "f4": 5, "f8": 6}

    def padded(data):
        return data + b"\0" * (-len(data) % 4)

    def name_of(name):
        return struct.pack(">I", len(name)) + padded(name.encode())

    def attribute(name, value):
        if isinstance(value, str):
            return name_of(name) + struct.pack(">II", 2, len(value)) + padded(value.encode())
        value = numpy.atleast_1d(value)
        return name_of(name) + struct.pack(">II", types[value.dtype.str[1:]], value.size) + padded(value.astype(value.dtype.newbyteorder(">")).tobytes())

    def header(begins):
        out = b"CDF\x01" + struct.pack(">III", 0, 10, len(dimensions))
        out += b"".join(name_of(n) + struct.pack(">I", size) for n, size in dimensions.items())
        out += struct.pack(">II", 0, 0) + struct.pack(">II", 11, len(variables))
        for (name, (axes, array, attributes)), begin in zip(variables.items(), begins):
            out += name_of(name) + struct.pack(">I", len(axes)) + b"".join(struct.pack(">I", list(dimensions).index(a)) for a in axes)
            out += struct.pack(">II", 12 if attributes else 0, len(attributes)) + b"".join(attribute(n, v) for n, v in attributes.items())
            out += struct.pack(">III", types[array.dtype.str[1:]], len(padded(array.tobytes())), begin)
        return out

    begins, at = [], len(header([0] * len(variables)))
    for _, array, _ in variables.values():
        begins.append(at)
        at += len(padded(array.tobytes()))
    path.write_bytes(header(begins) + b"".join(padded(a.astype(a.dtype.newbyteorder(">")).tobytes()) for _, a, _ in variables.values()))
    return path
