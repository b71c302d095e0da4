# Makes files whose data lies on the disk in every way a filesystem has. usage: extents_tree.py FOLDER
import ctypes, errno, fcntl, os, random, sys

root = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)
libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_longlong, ctypes.c_longlong]
KEEP_SIZE, PUNCH_HOLE, COLLAPSE, ZERO, INSERT = 1, 2, 8, 16, 32
FICLONE = 0x40049409
random.seed(20)


def create(name):
    return os.open(os.path.join(root, name), os.O_RDWR | os.O_CREAT, 0o644)


def fallocate(fd, mode, offset, length):
    """Not every filesystem has every mode."""
    if libc.fallocate(fd, mode, offset, length) < 0 and ctypes.get_errno() != errno.EOPNOTSUPP:
        raise OSError(ctypes.get_errno(), "fallocate")


def fill(name, length):
    fd = create(name)
    os.write(fd, random.randbytes(length))
    return fd


# Two files that grow in turns, so that their blocks do too.
turns = [create("fragmented"), create("fragmented-too")]
for block in range(1200):
    for fd in turns:
        os.pwrite(fd, random.randbytes(4096), block * 4096)
        os.fdatasync(fd) if block % 3 == 0 else None

unwritten = create("unwritten")
fallocate(unwritten, 0, 0, 4 << 20)
os.pwrite(unwritten, random.randbytes(10000), 1 << 20)
os.pwrite(unwritten, random.randbytes(1), (4 << 20) - 1)

punched = fill("punched", 2 << 20)
for block in range(1, 500, 7):
    fallocate(punched, PUNCH_HOLE | KEEP_SIZE, block * 4096, 4096)
fallocate(punched, PUNCH_HOLE | KEEP_SIZE, 5000, 30000)

fill("tail", (1 << 20) + 123)
beyond = fill("beyond-the-end", 300_001)
fallocate(beyond, KEEP_SIZE, 0, 2 << 20)
cut = fill("cut", 1 << 20)
os.ftruncate(cut, 77_777)
os.ftruncate(cut, 200_000)

sparse = create("sparse")
for offset in (0, 70_000_000, (1 << 31) + 5, (3 << 30) + 12345):
    os.pwrite(sparse, random.randbytes(9000), offset)
os.truncate(os.path.join(root, "sparse"), (3 << 30) + (1 << 25))

moved = fill("moved", 1 << 20)
fallocate(moved, COLLAPSE, 8192, 65536)
fallocate(moved, INSERT, 262144, 131072)
fallocate(moved, ZERO, 500_000, 100_000)

shared = fill("shared", 1 << 20)
clone = create("clone")
try:
    fcntl.ioctl(clone, FICLONE, shared)
except OSError as e:
    os.pwrite(clone, os.pread(shared, 1 << 20, 0), 0)
os.pwrite(clone, random.randbytes(50_000), 300_000)
os.pwrite(shared, random.randbytes(5_000), 700_000)

for size in (1, 60, 150, 65_536, 65_537):
    fill(f"size-{size}", size)
zeros = create("compressible")
os.write(zeros, b"the same again and again\n" * 40_000)
os.sync()
