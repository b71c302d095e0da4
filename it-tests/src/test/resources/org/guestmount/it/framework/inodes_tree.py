"""Makes files whose inodes say everything an inode of ext2, ext3 or ext4 can. Needs root.

usage: inodes_tree.py FOLDER

What the layout of the filesystem has no room for (large times, nanoseconds, large xattrs) is made smaller or left out.
"""
import errno
import fcntl
import os
import stat
import struct
import sys

FS_IOC_GETFLAGS, FS_IOC_SETFLAGS = 0x80086601, 0x40086602
IMMUTABLE, APPEND, NODUMP, NOATIME = 0x10, 0x20, 0x40, 0x80
LIMITS = errno.EOPNOTSUPP, errno.ENOSPC, errno.E2BIG, errno.EFBIG, errno.EOVERFLOW, errno.EINVAL

root = sys.argv[1]
os.mkdir(root)


def path(name):
    return os.path.join(root, name)


def write(name, data=b"", offset=0):
    fd = os.open(path(name), os.O_CREAT | os.O_WRONLY, 0o644)
    if data:
        os.pwrite(fd, data, offset)
    os.close(fd)
    return path(name)


def unless_limited(call):
    try:
        call()
    except OSError as e:
        if e.errno not in LIMITS:
            raise


for size in 0, 1, 59, 60, 61, 100, 160, 1023, 1024, 4096, 70_000:
    write(f"size-{size}", bytes((i * 7 + size) % 251 for i in range(size)))
for blocks in range(1, 9):
    for i in range(blocks):
        write(f"extents-{blocks}", b"%4096d" % i, i * 8192)
        os.sync()
unless_limited(lambda: os.truncate(write("sparse", b"beginning"), 5 << 30))
unless_limited(lambda: write("far", b"end", (4 << 30) + 5))
fd = os.open(write("allocated"), os.O_WRONLY)
unless_limited(lambda: os.posix_fallocate(fd, 0, 300_000))
os.pwrite(fd, b"written", 100_000)
os.close(fd)

for owner in 0, 1, 65534, 65535, 65536, 1_000_000, 0xFFFF_FFFE:
    os.chown(write(f"owner-{owner}", b"x"), owner, 0xFFFF_FFFE - owner)
for mode in 0, 0o777, 0o1644, 0o2755, 0o4755, 0o6711:
    os.chmod(write(f"mode-{mode:o}", b"x"), mode)
for seconds in -2**31, -1, 0, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**33 + 5, 2**34 - 2**31 - 1:
    for nanos in 0, 1, 999_999_999:
        name = write(f"time-{seconds}-{nanos}", b"x")
        os.utime(name, ns=(seconds * 10**9 + nanos, (seconds + 1) * 10**9 + nanos))
for flag in IMMUTABLE, APPEND, NODUMP, NOATIME:
    fd = os.open(write(f"flag-{flag}", b"x"), os.O_RDONLY)
    before, = struct.unpack("q", fcntl.ioctl(fd, FS_IOC_GETFLAGS, bytes(8)))
    fcntl.ioctl(fd, FS_IOC_SETFLAGS, struct.pack("q", before & 0xFFFF_FFFF | flag))
    os.close(fd)

for length in 1, 30, 58, 59, 60, 61, 500:
    os.symlink("t" * length, path(f"link-{length}"))
    os.lchown(path(f"link-{length}"), length, length)
    os.utime(path(f"link-{length}"), ns=(5, 10**18 + length), follow_symlinks=False)
for i in range(5):
    os.link(path("size-100"), path(f"other-name-{i}"))
os.link(path("link-30"), path("other-link"))
os.mkfifo(path("fifo"))
os.mknod(path("device"), stat.S_IFBLK | 0o600, os.makedev(259, 70_000))
os.mkdir(path("folder"))
for i in range(400):
    write(f"folder/{i:04}", b"%d" % i)
for i in range(0, 400, 3):
    os.unlink(path(f"folder/{i:04}"))

for length in 1, 20, 60, 200, 800, 3000:
    name = write(f"xattr-{length}", b"x")
    unless_limited(lambda: os.setxattr(name, "user.value", b"v" * length))
name = write("xattr-removed", b"x")
unless_limited(lambda: (os.setxattr(name, "user.value", b"v"), os.removexattr(name, "user.value")))
name = write("xattr-security", b"x")
unless_limited(lambda: os.setxattr(name, "security.capability", bytes.fromhex("0100000200040000000000000000000000000000")))
