"""Broken input by chance: bytes and letters of a right file or option, changed as people, disks and the hostile do."""

import random

WORDS = (
    "nan",
    "inf",
    "-inf",
    "-1",
    "0",
    "1e999",
    "1" * 5_000,
    "9" * 400,
    "true",
    "[]",
    "{}",
    '""',
    "None",
    "\0",
    "\n",
    "../..",
    "\U0001f600",
    "*",
    "+",
    "labs.*",
    "labs.+",
    "x" * 300,
    "x" * 5_000,
    "[" * 3_000,
    "a." * 3_000,
    "2026-02-30",
    "5 %",
    "$3",
    "1,5",
    "=",
    ":",
    "'",
    '"""',
    "#",
    "baseline-2026",
    "off-peak:dynamic",
    "name:*",
    "%s%n",
)


def of_bytes(data, draw):
    """The bytes with one to four changes."""
    data = bytearray(data)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(data) + 1)
        kind = draw.randrange(8)
        if kind == 0 and data:
            data[at % len(data)] ^= 1 << draw.randrange(8)
        elif kind == 1:
            data[at:at] = draw.choice(WORDS).encode(errors="surrogatepass")
        elif kind == 2:
            del data[at : at + draw.randint(1, 40)]
        elif kind == 3:
            data[at:at] = bytes(draw.randrange(256) for _ in range(draw.randint(1, 8)))
        elif kind == 4:
            data[at:at] = data[at : at + draw.randint(1, 200)] * draw.randint(1, 60)
        elif kind == 5:
            data = data[:at]
        elif kind == 6:
            _replace_a_value(data, draw)
        else:
            other = draw.randrange(len(data) + 1)
            low, high = sorted((at, other))
            data[low:high] = bytes(reversed(data[low:high][:50])) + data[low:high][50:]
    return bytes(data)


def _replace_a_value(data, draw):
    """A word, a number or a cell becomes another."""
    marks = [place for place, byte in enumerate(data) if byte in b"=,\n"]
    if marks:
        place = draw.choice(marks) + 1
        end = next((n for n in range(place, len(data)) if data[n] in b",\n"), len(data))
        data[place:end] = draw.choice(WORDS).encode(errors="surrogatepass")


def of_text(text, draw):
    """An option's value, changed; without NUL, which no argument can hold."""
    if draw.random() < 0.4:
        made = draw.choice(WORDS)
    else:
        made = of_bytes(text.encode(), draw).decode("utf-8", errors="replace")
    return made.replace("\0", "")[:100_000]


def generator(seed):
    """A stream of chance."""
    return random.Random(seed)
