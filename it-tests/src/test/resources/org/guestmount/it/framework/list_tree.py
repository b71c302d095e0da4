"""Prints one line for each entry below a directory, with all that a copy of the tree must keep.

usage: list_tree.py ROOT

A line is tab-separated: the path (percent-encoded bytes), then key=value fields. The contents of a file are
digested over its 64 KiB blocks that are not all zeros, so holes and written zeros are the same contents and a
sparse file costs only its data. Where the filesystem does not tell holes, files beyond 1 GiB are read around
multiples of 16 MiB only, which is where fidelity_tree.py puts data. An error of a system call is the value of the field it was for.
"""
import errno
import hashlib
import os
import stat
import sys
from urllib.parse import quote_from_bytes

BLOCK = 65536
LARGE = 1 << 20
VERY_LARGE = 1 << 30
STRIDE = 16 << 20
ZEROS = bytes(BLOCK)
KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "symlink", stat.S_IFCHR: "char",
         stat.S_IFBLK: "block", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket"}


def attempt(call):
    try:
        return call()
    except OSError as e:
        return "error:" + errno.errorcode.get(e.errno, str(e.errno))


def digest_block(digest, fd, position):
    """Adds the block at a position, however many reads it takes; False at the end of the file."""
    block = b""
    while len(block) < BLOCK:
        piece = os.pread(fd, BLOCK - len(block), position + len(block))
        if not piece:
            break
        block += piece
    if block and block != ZEROS[:len(block)]:
        digest.update(position.to_bytes(8, "big") + block)
    return len(block) == BLOCK


def digest(path, size):
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        result = hashlib.sha256()
        position = 0
        if size > VERY_LARGE and os.lseek(fd, 0, os.SEEK_HOLE) == size:
            for middle in range(0, size + STRIDE, STRIDE):
                for near in middle - BLOCK, middle:
                    if 0 <= near < size:
                        digest_block(result, fd, near)
            return result.hexdigest()
        while position < size:
            try:
                data = os.lseek(fd, position, os.SEEK_DATA) // BLOCK * BLOCK if size > LARGE else position
            except OSError as e:
                if e.errno != errno.ENXIO:
                    raise
                data = size
            if data > position:
                # What SEEK_DATA calls a hole must also read as zeros: look at both ends of it.
                digest_block(result, fd, position)
                digest_block(result, fd, data - BLOCK if data < size else (size - 1) // BLOCK * BLOCK)
                position = data
                continue
            if not digest_block(result, fd, position):
                break
            position += BLOCK
        return result.hexdigest()
    finally:
        os.close(fd)


def xattrs(path):
    names = sorted(os.listxattr(path, follow_symlinks=False))
    return ",".join(n + ":" + attempt(lambda: os.getxattr(path, n, follow_symlinks=False).hex()) for n in names)


def fields(path, groups, relative):
    s = os.lstat(path)
    kind = KINDS[stat.S_IFMT(s.st_mode)]
    yield "type", kind
    yield "mode", oct(stat.S_IMODE(s.st_mode))
    yield "owner", f"{s.st_uid}:{s.st_gid}"
    yield "nlink", s.st_nlink
    # Not every copy of a folder has the same of these: its size depends on its history, its time on the tool.
    prefix = "folder-" if kind == "directory" else ""
    yield prefix + "size", s.st_size
    yield prefix + "blocks", s.st_blocks
    yield prefix + "mtime", s.st_mtime_ns
    yield "ctime", s.st_ctime_ns
    yield "xattrs", attempt(lambda: xattrs(path))
    if kind == "symlink":
        yield "target", attempt(lambda: quote_from_bytes(os.readlink(path)))
    if kind in ("char", "block"):
        yield "device", f"{os.major(s.st_rdev)}:{os.minor(s.st_rdev)}"
    if kind == "file":
        yield "sha256", attempt(lambda: digest(path, s.st_size))
    if kind != "directory" and s.st_nlink > 1:
        yield "linked", quote_from_bytes(groups.setdefault((s.st_dev, s.st_ino), relative))


def emit(path, groups, relative):
    line = attempt(lambda: "\t".join(f"{key}={value}" for key, value in fields(path, groups, relative)))
    print(quote_from_bytes(relative), line, sep="\t")


def walk(directory, groups, prefix):
    try:
        names = sorted(os.listdir(directory))
    except OSError as e:
        print(quote_from_bytes(prefix + b"*"), "error:" + errno.errorcode[e.errno], sep="\t")
        return
    if len(set(names)) < len(names):
        print(quote_from_bytes(prefix + b"*"), "error=a name is listed twice", sep="\t")
    for name in names:
        path = os.path.join(directory, name)
        relative = prefix + name
        emit(path, groups, relative)
        if os.path.isdir(path) and not os.path.islink(path):
            walk(path, groups, relative + b"/")


root = os.fsencode(sys.argv[1])
groups = {}
emit(root, groups, b".")
walk(root, groups, b"")
