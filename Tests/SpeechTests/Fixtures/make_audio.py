#!/usr/bin/env python3
"""Makes audio/*.flac beside this file: small FLAC files that use every feature of the format.

An encoder of its own, because no common one writes escape codes, odd predictors or 33-bit side
channels on demand. Each file is then decoded by the reference tool (`flac -d`) and must give
back the samples; audio/expected.json records what they are. Run: python3 make_audio.py
"""

import hashlib
import json
import math
import pathlib
import random
import subprocess

FOLDER = pathlib.Path(__file__).parent / "audio"
FOLDER.mkdir(exist_ok=True)


class Bits:
    def __init__(self):
        self.text = []

    def put(self, value, width):
        if width:
            self.text.append(format(value & ((1 << width) - 1), f"0{width}b"))

    def unary(self, zeros):
        self.text.append("0" * zeros + "1")

    def bytes(self):
        text = "".join(self.text)
        text += "0" * (-len(text) % 8)
        return bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))


def crc(data, width, polynomial):
    value = 0
    for byte in data:
        value ^= byte << (width - 8)
        for _ in range(8):
            value <<= 1
            if value >> width:
                value ^= polynomial | 1 << width
    return value


def coded_number(value):
    if value < 0x80:
        return bytes([value])
    tail = []
    room = 6
    while value >= 1 << room:
        tail.insert(0, 0x80 | value & 0x3F)
        value >>= 6
        room -= 1
    return bytes([0xFF << (room + 1) & 0xFF | value] + tail)


class Constant:
    def write(self, bits, x, width):
        assert len(set(x)) == 1
        bits.put(x[0], width)

    type = 0


class Verbatim:
    def write(self, bits, x, width):
        for value in x:
            bits.put(value, width)

    type = 1


def put_residual(bits, residual, order, count, method, partition_order, escapes):
    """`escapes`: partitions (by index) stored without a Rice code."""
    bits.put(method, 2)
    bits.put(partition_order, 4)
    size = count >> partition_order
    assert size << partition_order == count and size >= order
    index = 0
    for partition in range(1 << partition_order):
        end = (partition + 1) * size - order
        part = residual[index:end]
        index = end
        if partition in escapes:
            width = max((max(v, ~v).bit_length() + 1 for v in part if v), default=0)
            assert width < 32
            bits.put((1 << (4 + method)) - 1, 4 + method)
            bits.put(width, 5)
            for value in part:
                bits.put(value, width)
            continue
        folded = [2 * v if v >= 0 else -2 * v - 1 for v in part]
        mean = sum(folded) / max(1, len(folded))
        k = min(max(0, int(math.log2(mean + 1))), 14 if method == 0 else 30)
        bits.put(k, 4 + method)
        for value in folded:
            bits.unary(value >> k)
            bits.put(value, k)


class Fixed:
    def __init__(self, order, method=0, partition_order=0, escapes=()):
        self.order, self.type = order, 8 + order
        self.coding = (method, partition_order, escapes)

    def write(self, bits, x, width):
        for value in x[: self.order]:
            bits.put(value, width)
        residual = list(x)
        for _ in range(self.order):
            residual = [b - a for a, b in zip(residual, residual[1:])]
        put_residual(bits, residual, self.order, len(x), *self.coding)


class Linear:
    def __init__(self, coefficients, precision, shift, method=0, partition_order=0, escapes=()):
        self.coefficients, self.precision, self.shift = coefficients, precision, shift
        self.type = 31 + len(coefficients)
        self.coding = (method, partition_order, escapes)

    def write(self, bits, x, width):
        order = len(self.coefficients)
        for value in x[:order]:
            bits.put(value, width)
        bits.put(self.precision - 1, 4)
        bits.put(self.shift, 5)
        for value in self.coefficients:
            bits.put(value, self.precision)
        residual = [
            x[i] - (sum(c * x[i - 1 - j] for j, c in enumerate(self.coefficients)) >> self.shift)
            for i in range(order, len(x))
        ]
        assert all(-(2**31) < v < 2**31 for v in residual)
        put_residual(bits, residual, order, len(x), *self.coding)


def frame(channels, kinds, number, bits, rate_code=0, rate_extra=b"", assignment=None,
          variable=False, bits_code=None, wasted=0):
    """`channels`: what is stored, so left and side and so on are worked out by the caller."""
    count = len(channels[0])
    head = Bits()
    head.put(0b111111111111100, 15)
    head.put(variable, 1)
    size_code, size_extra = (6, 1) if count <= 256 else (7, 2)
    head.put(size_code, 4)
    head.put(rate_code, 4)
    head.put(len(channels) - 1 if assignment is None else assignment, 4)
    codes = {8: 1, 12: 2, 16: 4, 20: 5, 24: 6, 32: 7}
    head.put(codes.get(bits, 0) if bits_code is None else bits_code, 3)
    head.put(0, 1)
    data = head.bytes() + coded_number(number) + (count - 1).to_bytes(size_extra, "big")
    data += rate_extra
    data += bytes([crc(data, 8, 0x07)])
    body = Bits()
    side = {8: 1, 9: 0, 10: 1}.get(assignment)
    for index, (x, kind) in enumerate(zip(channels, kinds)):
        body.put(kind.type << 1 | (wasted > 0), 8)
        if wasted:
            body.unary(wasted - 1)
        assert all(v % (1 << wasted) == 0 for v in x)
        kind.write(body, [v >> wasted for v in x], bits + (index == side) - wasted)
    data += body.bytes()
    return data + crc(data, 16, 0x8005).to_bytes(2, "big")


expected = {}


def save(name, channels, frames, rate=16000, bits=16, total=None, md5=True, before=b"", after=b"",
         blocks=(16, 65535), comment="", skip_tool=False):
    width = (bits + 7) // 8
    pcm = b"".join(
        x[i].to_bytes(width, "little", signed=True) for i in range(len(channels[0])) for x in channels
    )
    digest = hashlib.md5(pcm)
    info = Bits()
    info.put(blocks[0], 16)
    info.put(blocks[1], 16)
    info.put(0, 48)
    info.put(rate, 20)
    info.put(len(channels) - 1, 3)
    info.put(bits - 1, 5)
    info.put(len(channels[0]) if total is None else total, 36)
    info = info.bytes() + (digest.digest() if md5 else bytes(16))
    padding = b"\x81\x00\x00\x05" + b"extra"
    data = before + b"fLaC\x00\x00\x00\x22" + info + padding + b"".join(frames) + after
    path = FOLDER / f"{name}.flac"
    path.write_bytes(data)
    expected[path.name] = dict(
        sample_rate=rate, channels=len(channels), bits_per_sample=bits, samples=len(channels[0]),
        md5=digest.hexdigest(), checksum="verified" if md5 else "absent", holds=comment)
    if skip_tool:
        return
    if bits % 8:  # The tool does not write such samples raw, but checks them against the MD5.
        subprocess.run(["flac", "-t", "-s", path], check=True)
        return
    tool = subprocess.run(
        ["flac", "-d", "-s", "-c", "--force-raw-format", "--endian=little", "--sign=signed", path],
        capture_output=True)
    assert tool.stdout == pcm, (name, tool.stderr.decode())


def speechlike(count, bits, seed=0):
    """Two wandering tones and a little noise, at most half of full scale."""
    generator = random.Random(seed)
    top = 2 ** (bits - 1)
    return [
        int(top * (0.3 * math.sin(0.05 * i + seed) + 0.15 * math.sin(0.31 * i + 0.0004 * i * i)
                   + 0.01 * generator.uniform(-1, 1)))
        for i in range(count)
    ]


def noise(count, bits, seed=0):
    generator = random.Random(seed)
    return [generator.randrange(-(2 ** (bits - 1)), 2 ** (bits - 1)) for _ in range(count)]


def one_per_block(name, blocks, kinds, comment, **options):
    frames = [
        frame([x], [kind], number, options.get("bits", 16))
        for number, (x, kind) in enumerate(zip(blocks, kinds))
    ]
    save(name, [sum(blocks, [])], frames, comment=comment, **options)


one_per_block("constant", [[v] * 40 for v in (0, -1, 32767, -32768)], [Constant()] * 4,
              "CONSTANT subframes, zero and both extremes")
one_per_block("verbatim", [noise(48, 16, s) for s in range(2)], [Verbatim()] * 2,
              "VERBATIM subframes of noise")
one_per_block("fixed", [speechlike(64, 16, o) for o in range(5)] + [noise(64, 16, 9)] * 5,
              [Fixed(o % 5, partition_order=o % 3) for o in range(10)],
              "FIXED 0...4, with one, two and four partitions")


def random_linear(order, precision, seed, **coding):
    generator = random.Random(seed)
    half = 2 ** (precision - 1)
    coefficients = [generator.randrange(-half, half) for _ in range(order)]
    return Linear(coefficients, precision, min(15, precision + 2), **coding)


one_per_block("linear", [speechlike(72, 16, o) for o in range(1, 33)],
              [random_linear(o, 1 + o % 15, o, partition_order=o % 2) for o in range(1, 33)],
              "LPC 1...32 with coefficients of 1...15 bits")
one_per_block("linear-24", [speechlike(72, 24, o) for o in range(1, 33)],
              [random_linear(o, 15, o, method=1) for o in range(1, 33)],
              "LPC 1...32 on 24 bits: sums beyond 32 bits", bits=24)
one_per_block("linear-extreme", [[(-1) ** i * 32767 - i % 2 for i in range(40)]],
              [Linear([(-1) ** (j + 1) * 4096 for j in range(8)], 14, 15)],
              "LPC sums at the edge of 32 bits")
one_per_block("escape", [speechlike(64, 16, 3), [0] * 64, noise(64, 16, 4), speechlike(64, 16, 5)],
              [Fixed(2, 0, 2, (0, 2)), Fixed(0, 0, 1, (0, 1)), Fixed(1, 1, 2, (1, 3)),
               random_linear(6, 12, 6, partition_order=2, escapes=(3,))],
              "escaped partitions, of width 0 too, in both coding methods")
one_per_block("rice-5-bit", [noise(64, 24, 7), speechlike(64, 24, 8)],
              [Fixed(0, 1, 3), Fixed(3, 1, 2)], "5-bit Rice parameters above 14", bits=24)
one_per_block("long-unary", [[0] * 30 + [30000] + [0] * 33, [0] * 63 + [-32768]],
              [Fixed(0), Fixed(1)], "quotients of tens of thousands")
x = [v >> 9 << 9 for v in speechlike(160, 16, 11)]
save("wasted", [x, [v // 2 & ~511 for v in x]], [
    frame([x[:80], [v // 2 & ~511 for v in x[:80]]], [random_linear(4, 10, 1), Fixed(2)], 0, 16,
          wasted=9),
    frame([x[80:], [v // 2 & ~511 for v in x[80:]]], [Verbatim(), Fixed(0)], 1, 16, wasted=5),
], comment="wasted bits in stereo")
one_per_block("wasted-all", [[-32768, 0] * 16], [Fixed(0)], "noise of two levels")
x = [v & ~0x7FFF for v in noise(32, 16, 2)]
save("wasted-15", [x], [frame([x], [Verbatim()], 0, 16, wasted=15)], comment="15 of 16 bits wasted")

sizes = [16, 100, 1, 300, 17, 64, 3]
x = speechlike(sum(sizes), 16, 12)
frames, at = [], 0
for size in sizes:
    kind = Verbatim() if size < 8 else Fixed(2)
    frames.append(frame([x[at : at + size]], [kind], at, 16, variable=True, rate_code=5))
    at += size
save("variable", [x], frames, comment="variable block size, one of a single sample")

for bits in (4, 8, 12, 16, 20, 24, 32):
    left, right = speechlike(96, bits, 13), speechlike(96, bits, 13)
    right = [max(-(2 ** (bits - 1)), v - v // 8) for v in right]
    if bits == 32:  # The extremes make the difference need all its 33 bits.
        left[5], right[5], left[6], right[6] = -(2**31), 2**31 - 1, 2**31 - 1, -(2**31)
    frames = []
    for number, assignment in enumerate((1, 8, 9, 10)):
        cut = slice(24 * number, 24 * number + 24)
        a, b = left[cut], right[cut]
        side = [v - w for v, w in zip(a, b)]
        mid = [v + w >> 1 for v, w in zip(a, b)]
        stored = {1: [a, b], 8: [a, side], 9: [side, b], 10: [mid, side]}[assignment]
        kinds = [random_linear(3, 9, bits, method=1), Fixed(1, method=1)]
        if bits == 32:
            kinds = [Verbatim(), Verbatim()]  # Such differences have no residual of 32 bits.
        frames.append(frame(stored, kinds, number, bits,
                            assignment=None if assignment == 1 else assignment))
    save(f"stereo-{bits}", [left, right], frames, bits=bits,
         comment=f"independent, left/side, side/right, mid/side at {bits} bits")

left, right = speechlike(64, 32, 14), [-v for v in speechlike(64, 32, 14)]
side = [v - w for v, w in zip(left, right)]
mid = [v + w >> 1 for v, w in zip(left, right)]
gentle = Linear([1 << 13], 15, 13, method=1)
save("side-33-bits", [left, right], [
    frame([left, side], [gentle, gentle], 0, 32, assignment=8)], bits=32,
    comment="an LPC-coded side channel of 33 bits")
save("side-33-bits-fixed", [left, right], [
    frame([mid, side], [Fixed(2, 1), Fixed(2, 1)], 0, 32, assignment=10)], bits=32,
    comment="a FIXED-coded side channel of 33 bits")

eight = [speechlike(32, 16, 20 + c) for c in range(8)]
save("channels-8", eight, [frame(eight, [Fixed(c % 5) for c in range(8)], 0, 16)],
     comment="8 independent channels")

x = speechlike(64, 16, 15)
plain = [frame([x], [Fixed(2)], 0, 16)]
tag = b"ID3\x04\x00\x00\x00\x00\x01\x10" + bytes(144)
save("id3", [x], plain, before=tag, after=b"TAG" + bytes(125), comment="ID3v2 before, ID3v1 after")
save("unknown-length", [x], plain, total=0, after=b"TAG" + bytes(125),
     comment="length unknown, ID3v1 after", skip_tool=True)
save("no-md5", [x], plain, md5=False, comment="no MD5")
for name, rate, code, extra in (
    ("rate-kilohertz", 11000, 12, b"\x0b"), ("rate-hertz", 11025, 13, (11025).to_bytes(2, "big")),
    ("rate-tens", 352800, 14, (35280).to_bytes(2, "big")), ("rate-table", 44100, 9, b""),
):
    save(name, [x], [frame([x], [Fixed(2)], 0, 16, rate_code=code, rate_extra=extra)], rate=rate,
         comment="a sample rate coded in the frame header")

(FOLDER / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")
