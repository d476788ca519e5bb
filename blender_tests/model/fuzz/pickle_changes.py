"""Changes of pickles: instructions taken out, doubled, swapped, put in, and their arguments made odd ones."""

from __future__ import annotations

import pickletools
from random import Random

DEEP = b")" + b"\x85" * 150_000
DOUBLED = b")" + b"q\0h\0\x86" * 60
NUMBERS = (0, 1, 2, 3, 5, 8, 16, 47, 255, 256, 65_535, 2**31 - 1, 2**31, 2**40, 2**61 - 1, 2**62, 2**63, 2**64, 10**30)
ORDERED = b"ccollections\nOrderedDict\n"
STORAGES = (
    b"FloatStorage",
    b"HalfStorage",
    b"BFloat16Storage",
    b"LongStorage",
    b"BoolStorage",
    b"ByteStorage",
    b"UntypedStorage",
)


def number(value: int) -> bytes:
    raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8b" + len(raw).to_bytes(4, "little") + raw


def text(value: str) -> bytes:
    raw = value.encode("utf-8", "surrogatepass")
    return b"X" + len(raw).to_bytes(4, "little") + raw


VALUES = (  # instructions that put one thing on the stack, as they may stand in place of a number or a text
    DEEP, DOUBLED, ORDERED + b")R", ORDERED + b"(" + DEEP + b"K\x01\x86tR", ORDERED + DEEP + b"K\x01\x86\x85\x85R",
    ORDERED + DOUBLED + b"\x85R", b"N", b"\x88", b"\x89", b")", b"]", b"}", b"h\0", b"h\x01", b"h\x05",
    b"I01\n", b"Fnan\n",
    b"F1e999\n", b"S'\\xff'\n", b"V\\ud800\n", b"G" + b"\x7f\xf8" * 4, b"(" + b"K\x01" * 2000 + b"t",
    b"}" + DEEP + b"K\x01s",
    b"](" + b"]" * 2000 + b"e", b"}" + b"K\x01Ns" * 500, b"(K\x01t", b"K\x02K\x03\x86", b"K\x06\x85", ORDERED,
    b"ctorch\nFloatStorage\n", b"ctorch._utils\n_rebuild_tensor_v2\n", b"ctorch._utils\n_rebuild_parameter\n",
    number(1 << 16_000), number(10**6000), number(-1), number(1 << 30), number(1 << 62), number(1 << 64),
    text("x" * 50_000), text("\ud800"), text("\0"), text("model"), text("module." * 500 + "wte.weight"), text(""),
    text("é🙂"), text("1"), text("../data.pkl"),
    b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + b"K\x06tQ",
    b"(" + text("storage") + b"ctorch\nHalfStorage\n" + text("1") + text("cpu") + number(1 << 62) + b"tQ",
)  # fmt: skip
PIECES = (  # anything else, of which most leaves the stack in disorder
    b"(", b"0", b"1", b"2", b"t", b"l", b"d", b"e", b"a", b"s", b"u", b"R", b"b", b"Q", b".", b"\x85", b"\x86",
    b"\x87", b"\x94",
    b"h\xff", b"q\0", b"q\x01", b"r\xff\xff\xff\x7f", b"j\xff\xff\xff\xff", b"\x93", b"\x81", b"\x92", b"\x8f",
    b"\x90", b"\x91",
    b"i__main__\nA\n", b"cos\nsystem\n", b"o", b"cbuiltins\neval\n", b"c__builtin__\ngetattr\n", b"P1\n", b"\x82\x01",
    b"\x96" + b"\xff" * 8, b"\x97", b"\x98", b"I" + b"9" * 6000 + b"\n", b"\x80\xff", b"\x95" + b"\xff" * 8,
    b"\x8e" + b"\xff" * 7 + b"\x0f", b"\x8b\xff\xff\xff\x7f", b"X\xff\xff\xff\xff", b"T\xff\xff\xff\xff",
    b"B\xff\xff\xff\xff",
)  # fmt: skip
PUSHING = frozenset(b"KMJI\x8aX\x8c)]}N\x88\x89hjc")  # instructions that put one thing on the stack
NOTED = (
    "n_layer",
    "n_head",
    "n_embd",
    "block_size",
    "vocab_size",
    "bias",
    "dataset",
    "stoi",
    "itos",
    "model",
    "model_args",
)


def change(rng: Random, data: bytes) -> bytes:
    """A pickle with one to four instructions changed."""
    try:
        ops = _ops(data)
    except ValueError:
        return data[: rng.randrange(len(data) + 1)]
    for _ in range(rng.choice((1, 1, 2, 4))):
        ops = _step(rng, ops)
    return b"".join(ops)


def _ops(data: bytes) -> list[bytes]:
    starts = [position for *_, position in pickletools.genops(data)] + [len(data)]
    return [data[start:end] for start, end in zip(starts, starts[1:], strict=False)]


def _step(rng: Random, ops: list[bytes]) -> list[bytes]:
    ops = ops or [b"."]
    place = rng.randrange(len(ops))
    match rng.randrange(10):
        case 0:
            return ops[:place] + ops[place + 1 :]
        case 1:
            return ops[:place] + [ops[place]] * rng.choice((2, 3, 1000)) + ops[place + 1 :]
        case 2:
            other = rng.randrange(len(ops))
            ops[place], ops[other] = ops[other], ops[place]
            return ops
        case 3:
            start = rng.randrange(len(ops))
            return ops[:place] + ops[start : start + rng.randrange(12)] + ops[place:]
        case 4:
            return ops[:place] + [rng.choice(VALUES + PIECES)] + ops[place:]
        case 5 | 6:
            return _replaced(ops, rng.choice([at for at, op in enumerate(ops) if op[0] in PUSHING] or [0]), rng)
        case 7:  # what stands behind a name that means something, perhaps behind its place in the memo
            names = [at for at, op in enumerate(ops) if op[1:].decode("utf-8", "replace").endswith(NOTED)]
            after = [at for at in range(rng.choice(names or [0]) + 1, len(ops)) if ops[at][0] in PUSHING]
            return _replaced(ops, after[0] if after else 0, rng)
        case _:
            return _argument(rng, ops)


def _replaced(ops: list[bytes], place: int, rng: Random) -> list[bytes]:
    return [*ops[:place], rng.choice(VALUES), *ops[place + 1 :]]


def _argument(rng: Random, ops: list[bytes]) -> list[bytes]:
    """A number, text or name of the pickle becomes another one."""
    kind = rng.choice((b"KMJI\x8a", b"X\x8c", b"c"))
    places = [place for place, op in enumerate(ops) if op[:1] in kind] or [0]
    place = rng.choice(places)
    op = ops[place]
    if kind == b"c" and b"Storage" in op:
        ops[place] = b"ctorch\n" + rng.choice(STORAGES) + b"\n"
    elif kind == b"X\x8c" and op[:1] == b"X":
        word = op[5:].decode("utf-8", "replace")
        words = (
            word[:-1],
            word + "x",
            "module." + word,
            word.replace("0", "1"),
            word * 300,
            "stoi",
            "model_args",
            "n_head",
        )
        ops[place] = text(rng.choice(words))
    else:
        ops[place] = number(rng.choice((1, -1)) * (rng.choice(NUMBERS) + rng.choice((0, 0, 1))))
    return ops
