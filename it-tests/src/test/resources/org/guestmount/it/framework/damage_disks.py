"""Makes damaged copies of disks: some bytes are other ones in what tells partitions, volumes and filesystems.

usage: damage_disks.py SEED COPIES FOLDER DISK...

Each copy is of the size of its original, and has what is in its first two MiB; damaged is what is not zero there, or near it.
"""
import os
import random
import sys

HEAD = 2 << 20
NEAR = 64
INTERESTING = 0, 1, 0x7F, 0x80, 0xFF

seed, copies, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
disks = sys.argv[4:]
random.seed(seed)


def places(head):
    """Blocks of bytes in which there is something."""
    zeros = bytes(NEAR)
    return [at for at in range(0, len(head), NEAR) if head[at:at + NEAR] != zeros[:len(head) - at]]


def number(head, at):
    """An integer, little-endian or big-endian, becomes an extreme one."""
    size = random.choice((1, 2, 4, 8))
    at -= at % size
    value = random.choice((0, 1, 2 ** (8 * size) - 1, 2 ** (8 * size - 1), random.getrandbits(8 * size)))
    head[at:at + size] = value.to_bytes(size, random.choice(("little", "big")))


def byte(head, at):
    head[at] = random.choice(INTERESTING + (random.randrange(256),))


def text(head, at):
    for i in range(random.randrange(1, 40)):
        if at + i < len(head):
            head[at + i] = random.choice(b"\0 \n\xff/\"{}[]0123456789:")


for i in range(copies):
    disk = disks[i % len(disks)]
    with open(disk, "rb") as f:
        head = bytearray(f.read(HEAD))
    where = places(head)
    for _ in range(random.choice((1, 1, 2, 4, 16, 64))):
        random.choice((number, byte, byte, text))(head, min(random.choice(where) + random.randrange(NEAR), len(head) - 1))
    path = os.path.join(folder, f"{i:03d}")
    with open(path, "wb") as f:
        f.write(head)
        f.truncate(os.path.getsize(disk))
