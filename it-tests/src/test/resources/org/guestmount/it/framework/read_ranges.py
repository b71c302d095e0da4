# Prints a digest of each file of a folder, and of parts of it read in a random order. usage: read_ranges.py FOLDER SEED
import hashlib, os, random, sys

root, seed = sys.argv[1], int(sys.argv[2])
for name in sorted(os.listdir(root)):
    path = os.path.join(root, name)
    if not os.path.isfile(path):
        continue
    chance = random.Random(seed)
    size = os.path.getsize(path)
    fd = os.open(path, os.O_RDONLY)
    parts = hashlib.sha256()
    for _ in range(300):
        offset = chance.randrange(size + 5000)
        parts.update(os.pread(fd, chance.choice((1, 512, 4096, 10_000, 300_000)), offset))
    os.close(fd)
    # Of gigabytes of zeros parts are enough.
    whole = hashlib.sha256(open(path, "rb").read()).hexdigest() if size < 1 << 30 else "-"
    print(name, size, parts.hexdigest(), whole)
