#!/usr/bin/env python3
"""Writes the small files that fuzzing starts from: corpus/<target>/<name>.

Everything is made here, from nothing; no library is needed.
"""

import gzip
import struct
import zlib
from pathlib import Path

HERE = Path(__file__).parent / "corpus"
VOXELS = struct.pack("<24h", *range(24))


def put(target, name, data):
    folder = HERE / target
    folder.mkdir(parents=True, exist_ok=True)
    assert len(data) < 2048, name
    (folder / name).write_bytes(data)


def squeezed(data):
    return gzip.compress(data, mtime=0)


def nifti1(order="<", code=4, dims=(3, 4, 3, 2, 1, 1, 1, 1), magic=b"n+1\0", scale=(0, 0)):
    header = bytearray(352)
    struct.pack_into(order + "i", header, 0, 348)
    struct.pack_into(order + "8h", header, 40, *dims)
    struct.pack_into(order + "h", header, 70, code)
    struct.pack_into(order + "8f", header, 76, 1, 0.9, 0.9, 2.5, 1, 1, 1, 1)
    struct.pack_into(order + "3f", header, 108, 352, *scale)
    header[123] = 2
    struct.pack_into(order + "2h", header, 252, 1, 2)
    struct.pack_into(order + "6f", header, 256, 0.1, 0.2, 0.3, 4, 5, 6)
    struct.pack_into(order + "12f", header, 280, 0.9, 0, 0, 4, 0, 0.9, 0, 5, 0, 0, 2.5, 6)
    header[344:348] = magic
    return bytes(header)


def nifti2(order="<"):
    header = bytearray(544)
    struct.pack_into(order + "i", header, 0, 540)
    header[4:12] = b"n+2\0\r\n\x1a\n"
    struct.pack_into(order + "h", header, 12, 4)
    struct.pack_into(order + "8q", header, 16, 3, 4, 3, 2, 1, 1, 1, 1)
    struct.pack_into(order + "8d", header, 104, 1, 0.9, 0.9, 2.5, 1, 1, 1, 1)
    struct.pack_into(order + "q2d", header, 168, 544, 2, 1)
    struct.pack_into(order + "2i", header, 344, 1, 0)
    struct.pack_into(order + "6d", header, 352, 0.1, 0.2, 0.3, 4, 5, 6)
    struct.pack_into(order + "i", header, 500, 2)
    return bytes(header)


put("nifti", "little.nii", nifti1() + VOXELS)
put("nifti", "big.nii", nifti1(">") + struct.pack(">24h", *range(24)))
put("nifti", "scaled.nii", nifti1(scale=(0.5, -1)) + VOXELS)
put("nifti", "several.nii", nifti1(dims=(5, 2, 3, 1, 2, 2, 1, 1)) + VOXELS)
put("nifti", "bytes.nii", nifti1(code=2) + bytes(range(24)))
put("nifti", "pair.hdr", nifti1(magic=b"ni1\0"))
put("nifti", "compressed.nii.gz", squeezed(nifti1() + VOXELS))
put("nifti", "second.nii", nifti2() + VOXELS)
put("nifti", "second-big.nii.gz", squeezed(nifti2(">") + struct.pack(">24h", *range(24))))

TEXT = " ".join(map(str, range(24))).encode()
SPACE = (
    "space: right-anterior-superior\nspace directions: (0.5,0,0) (0,-0.25,0) (0,0,3)\n"
    "space origin: (1,2,-3)\nkinds: domain domain domain\n"
)


def nrrd(fields, sizes="4 3 2"):
    axes = len(sizes.split())
    head = f"NRRD0005\n# text\ntype: short\ndimension: {axes}\nsizes: {sizes}\nendian: little\n"
    return (head + fields + "key:=value\n\n").encode()


put("nrrd", "raw.nrrd", nrrd(SPACE + "encoding: raw\n") + VOXELS)
put("nrrd", "gzip.nrrd", nrrd(SPACE + "encoding: gzip\n") + squeezed(VOXELS))
put("nrrd", "text.nrrd", nrrd(SPACE + "encoding: text\n") + TEXT)
put("nrrd", "hex.nrrd", nrrd(SPACE + "encoding: hex\n") + VOXELS.hex().encode())
put("nrrd", "skip.nrrd", nrrd(SPACE + "encoding: raw\nline skip: 1\nbyte skip: -1\n") + b"a\n" + VOXELS)
put(
    "nrrd",
    "channels.nrrd",
    nrrd(
        "space: LPS\nspace directions: none (1,0,0) (0,1,0) (0,0,1)\nkinds: list domain domain domain\n"
        "encoding: raw\n",
        "2 4 3 1",
    )
    + VOXELS,
)
put(
    "nrrd",
    "time.nrrd",
    nrrd("spacings: 1 2 3 4\naxis mins: 1 2 3 0\ncenters: node cell cell cell\nencoding: raw\n", "4 3 1 2")
    + VOXELS,
)
put("nrrd", "list.nhdr", nrrd(SPACE + "encoding: raw\ndata file: LIST\na.raw\nb.raw\n"))
put("nrrd", "pattern.nhdr", nrrd(SPACE + "encoding: raw\ndata file: a%03d.raw 1 2 1\n"))


def meta(fields="", axes="3", size="4 3 2", file="LOCAL"):
    head = f"ObjectType = Image\nNDims = {axes}\nDimSize = {size}\nElementType = MET_SHORT\n"
    return (head + fields + f"ElementDataFile = {file}\n").encode()


GRID = "ElementSpacing = 0.5 0.25 3\nOffset = 1 2 -3\nTransformMatrix = 0 1 0 -1 0 0 0 0 1\n"
put("meta_image", "raw.mha", meta(GRID) + VOXELS)
put("meta_image", "big.mha", meta(GRID + "BinaryDataByteOrderMSB = True\n") + VOXELS)
put("meta_image", "zlib.mha", meta(GRID + "CompressedData = True\n") + zlib.compress(VOXELS))
put("meta_image", "text.mha", meta(GRID + "BinaryData = False\n") + TEXT)
put("meta_image", "end.mha", meta(GRID + "HeaderSize = -1\n") + b"abc" + VOXELS)
put("meta_image", "channels.mha", meta(GRID + "ElementNumberOfChannels = 2\n", size="4 3 1") + VOXELS)
put(
    "meta_image",
    "volumes.mha",
    meta("ElementSize = 1 1 1 1\nModality = MET_MOD_MR\n", axes="4", size="4 3 1 2") + VOXELS,
)
put("meta_image", "list.mhd", meta(GRID, file="LIST 2\na.raw\nb.raw"))
put("meta_image", "pattern.mhd", meta(GRID, file="a%02d.raw 1 2 1"))

put(
    "yaml",
    "usual.yaml",
    b"imageType:\n  Original: {}\n  LoG:\n    sigma: [1.0, 2.5]\n  Wavelet:\n    binWidth: 10\n"
    b"featureClass:\n  shape:\n  firstorder: [Mean, Energy]\n  glcm: []\nsetting:\n  binWidth: 25\n"
    b"  label: 1\n  resampledPixelSpacing: [1, 1, 1]\n  interpolator: sitkBSpline\n"
    b"  normalize: true\n  resegmentRange: [-1.5, 400]\n",
)
put("yaml", "voxels.yaml", b"voxelSetting:\n  kernelRadius: 2\n  maskedKernel: true\n  initValue: nan\n")
put("yaml", "anchors.yaml", b"a: &a {binWidth: 5}\nsetting:\n  <<: *a\n  binCount: 0x10\n")
put("yaml", "empty.yaml", b"")


def element(group, number, vr, value):
    if len(value) % 2:
        value += b"\0" if vr in (b"UI", b"OB") else b" "
    head = struct.pack("<HH", group, number) + vr
    if vr in (b"OB", b"OW", b"SQ", b"UT"):
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def sequence(group, number, *items):
    value = b"".join(b"\xfe\xff\x00\xe0" + struct.pack("<I", len(item)) + item for item in items)
    return element(group, number, b"SQ", value)


def dicom(sop_class, *elements):
    uid = b"1.2.3.4"
    meta_elements = (
        element(2, 1, b"OB", b"\0\1")
        + element(2, 2, b"UI", sop_class)
        + element(2, 3, b"UI", uid)
        + element(2, 0x10, b"UI", b"1.2.840.10008.1.2.1")
        + element(2, 0x12, b"UI", uid)
    )
    length = element(2, 0, b"UL", struct.pack("<I", len(meta_elements)))
    body = element(8, 0x16, b"UI", sop_class) + element(8, 0x18, b"UI", uid)
    return b"\0" * 128 + b"DICM" + length + meta_elements + body + b"".join(elements)


def short(group, number, value):
    return element(group, number, b"US", struct.pack("<H", value))


def image(rows, columns, bits, represent=0):
    return (
        short(0x28, 2, 1)
        + element(0x28, 4, b"CS", b"MONOCHROME2")
        + short(0x28, 0x10, rows)
        + short(0x28, 0x11, columns)
        + element(0x28, 0x30, b"DS", b"0.5\\0.25")
        + short(0x28, 0x100, bits)
        + short(0x28, 0x101, bits)
        + short(0x28, 0x102, bits - 1)
        + short(0x28, 0x103, represent)
    )


FRAME = b"1.2.3.9"
put(
    "dicom",
    "ct.dcm",
    dicom(
        b"1.2.840.10008.5.1.4.1.1.2",
        element(8, 0x60, b"CS", b"CT"),
        element(0x18, 0x50, b"DS", b"2.5"),
        element(0x20, 0xD, b"UI", b"1.2.3.5"),
        element(0x20, 0xE, b"UI", b"1.2.3.6"),
        element(0x20, 0x13, b"IS", b"1"),
        element(0x20, 0x32, b"DS", b"-1\\-2\\3.5"),
        element(0x20, 0x37, b"DS", b"1\\0\\0\\0\\1\\0"),
        element(0x20, 0x52, b"UI", FRAME),
        image(3, 4, 16, 1),
        element(0x28, 0x1052, b"DS", b"-1024"),
        element(0x28, 0x1053, b"DS", b"1"),
        element(0x7FE0, 0x10, b"OW", VOXELS[:24]),
    ),
)
contour = element(0x3006, 0x42, b"CS", b"CLOSED_PLANAR") + element(0x3006, 0x46, b"IS", b"4")
contour += element(0x3006, 0x50, b"DS", b"1\\1\\2\\9\\1\\2\\9\\9\\2\\1\\9\\2")
put(
    "rtstruct",
    "square.dcm",
    dicom(
        b"1.2.840.10008.5.1.4.1.1.481.3",
        element(8, 0x60, b"CS", b"RTSTRUCT"),
        sequence(
            0x3006,
            0x20,
            element(0x3006, 0x22, b"IS", b"1")
            + element(0x3006, 0x24, b"UI", FRAME)
            + element(0x3006, 0x26, b"LO", b"GTV"),
        ),
        sequence(
            0x3006,
            0x39,
            sequence(0x3006, 0x40, contour) + element(0x3006, 0x84, b"IS", b"1"),
        ),
    ),
)
position = sequence(0x20, 0x9113, element(0x20, 0x32, b"DS", b"0\\0\\0"))
put(
    "seg",
    "binary.dcm",
    dicom(
        b"1.2.840.10008.5.1.4.1.1.66.4",
        element(8, 0x60, b"CS", b"SEG"),
        element(0x20, 0x52, b"UI", FRAME),
        short(0x28, 2, 1),
        element(0x28, 4, b"CS", b"MONOCHROME2"),
        element(0x28, 8, b"IS", b"1"),
        short(0x28, 0x10, 4),
        short(0x28, 0x11, 4),
        short(0x28, 0x100, 1),
        short(0x28, 0x101, 1),
        short(0x28, 0x102, 0),
        short(0x28, 0x103, 0),
        element(0x62, 1, b"CS", b"BINARY"),
        sequence(
            0x62,
            2,
            short(0x62, 4, 1) + element(0x62, 5, b"LO", b"Liver"),
        ),
        sequence(
            0x5200,
            0x9229,
            sequence(0x20, 0x9116, element(0x20, 0x37, b"DS", b"1\\0\\0\\0\\1\\0"))
            + sequence(
                0x28,
                0x9110,
                element(0x18, 0x50, b"DS", b"2")
                + element(0x18, 0x88, b"DS", b"2")
                + element(0x28, 0x30, b"DS", b"1\\1"),
            ),
        ),
        sequence(
            0x5200,
            0x9230,
            position + sequence(0x62, 0xA, short(0x62, 0xB, 1)),
        ),
        element(0x7FE0, 0x10, b"OB", b"\x60\x06"),
    ),
)
