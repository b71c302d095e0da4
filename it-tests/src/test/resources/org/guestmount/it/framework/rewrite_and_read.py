# Changes files at random and reads them after each change, through new descriptors and old ones; nothing is synced meanwhile. Prints a digest
# of each file in the end. usage: rewrite_and_read.py SEED FOLDER...
import hashlib, os, random, sys

seed, folders = int(sys.argv[1]), sys.argv[2:]
FILES, STEPS = 6, 120
SIZES = (3000, 50_000, 200_000, 1_500_000)
random.seed(seed)
kept = {os.path.join(folder, f"f{i}"): None for folder in folders for i in range(FILES)}
opened = {}


def check(fd, expected, what):
    """Reads all, or some of it."""
    size = len(expected)
    offset, count = (0, size + 1) if random.random() < 0.5 else (random.randrange(size + 1), random.randrange(1, 70_000))
    seen = os.pread(fd, count, offset)
    if seen != expected[offset : offset + count]:
        at = next(i for i in range(count) if seen[i : i + 1] != expected[offset + i : offset + i + 1])
        sys.exit(f"seed {seed}: {what}: byte {offset + at} of {size} is wrong")


def replace(path, content):
    """Another file of that name, in whose blocks may be what was freed; the one before stays as it is for who has it open."""
    if random.random() < 0.5:
        with open(path + "~", "xb") as file:
            file.write(content)
        os.rename(path + "~", path)
    else:
        if kept[path] is not None:
            os.unlink(path)
        with open(path, "xb") as file:
            file.write(content)
    kept[path] = bytearray(content)


def rewrite(path):
    content = kept[path]
    with open(path, "r+b") as file:
        for _ in range(random.randrange(1, 4)):
            offset = random.randrange(len(content) + 1)
            data = random.randbytes(random.randrange(1, 100_000))
            file.seek(offset)
            file.write(data)
            content[offset : offset + len(data)] = data


def truncate(path):
    content, size = kept[path], random.randrange(200_000)
    os.truncate(path, size)
    content[size:] = bytes(max(0, size - len(content)))


for path in kept:
    replace(path, random.randbytes(random.choice(SIZES)))
for step in range(STEPS):
    path = random.choice(list(kept))
    change = random.choice((rewrite, rewrite, truncate, None))
    if change:
        change(path)
    else:
        replace(path, random.randbytes(random.choice(SIZES)))
    for name, (fd, content) in list(opened.items()):
        check(fd, content, f"step {step}, {name} that is open")
        if random.random() < 0.3:
            os.close(fd)
            del opened[name]
    # A file is read from the drive if it is known what it is, and nobody has it open for writing: what was written last is not, yet.
    for name in [path, *random.sample(list(kept), 4)]:
        os.stat(name)
        fd = os.open(name, os.O_RDONLY)
        check(fd, kept[name], f"step {step}, {name}")
        if name in opened:
            os.close(fd)
        else:
            opened[name] = fd, kept[name]
for path in kept:
    print(os.path.basename(path), hashlib.sha256(kept[path]).hexdigest())
