"""Makes random system calls in two folders at once and ends at the first that does not give the same in both.

usage: model.py SUBJECT REFERENCE WHO SEED OPERATIONS [WITHOUT...]

WHO is a small number that tells this program from others that use the same two folders at the same time. Each has the
folder "own-WHO" to itself and uses names of its own in the folder "shared"; all append to the file "log". WITHOUT names
operations to leave out; "orphans" leaves out the removal of folders from which files were removed that are open. Prints how often each system call succeeded. What a result is and is not: errno, data, attributes; times that were set, to the nanosecond, and
of others that they are of now. The reference must be mounted noatime, and so must the subject.
"""
import collections
import ctypes
import errno
import hashlib
import mmap
import os
import random
import shutil
import stat
import struct
import sys

SUBJECT, REFERENCE = 0, 1
MOST_FILES, MOST_MAPPINGS = 8, 4
LARGEST = 3 << 20
# No time that is set here is as late, in nanoseconds, and no clock shows one as early.
NOW = 1_500_000_000 * 10**9
KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE = 1, 2, 16
AT_FDCWD = -100
# linux/posix_acl_xattr.h: version 2; tag, permissions, id
ACLS = [struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries) for entries in (
    ((1, 7, 0xFFFFFFFF), (2, 6, 1234), (4, 5, 0xFFFFFFFF), (16, 6, 0xFFFFFFFF), (32, 0, 0xFFFFFFFF)),
    ((1, 6, 0xFFFFFFFF), (4, 4, 0xFFFFFFFF), (8, 3, 77), (16, 7, 0xFFFFFFFF), (32, 1, 0xFFFFFFFF)))]

libc = ctypes.CDLL(None, use_errno=True)
libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_longlong, ctypes.c_longlong]
libc.renameat2.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")


def renameat2(old, new, flags):
    check(libc.renameat2(AT_FDCWD, os.fsencode(old), AT_FDCWD, os.fsencode(new), flags))


class Failure(str):
    """The name of an errno."""


def attempt(call, *arguments):
    try:
        return call(*arguments)
    except OSError as e:
        return Failure(errno.errorcode.get(e.errno, e.errno))


def short(result):
    if isinstance(result, bytes) and len(result) > 40:
        return f"{len(result)} bytes, SHA-256 {hashlib.sha256(result).hexdigest()[:16]}, begin {result[:12]!r}"
    return repr(result)


def set_or_now(ns):
    return ns if ns < NOW else "now"


def attributes(s):
    folder = stat.S_ISDIR(s.st_mode)
    return (stat.filemode(s.st_mode), s.st_nlink, s.st_uid, s.st_gid, 0 if folder else s.st_size, s.st_rdev,
            set_or_now(s.st_mtime_ns), set_or_now(s.st_atime_ns))


class Pair:
    """The same thing in both folders: two descriptors, or two mappings."""

    def __init__(self, two, flags=0):
        self.two, self.flags = two, flags


class Model:
    def __init__(self, roots, who, seed, without):
        self.roots = roots
        self.who = who
        self.chance = random.Random(f"{seed} {who}")
        self.seed = seed
        self.number = 0
        self.succeeded = collections.Counter()
        self.done = collections.deque(maxlen=40)
        self.files = []
        self.mappings = []
        self.paths = []
        self.preallocated = set()
        self.records = 0
        self.spares_orphans = "orphans" in without
        self.operations = [(weight, getattr(self, name)) for weight, name in WEIGHTS if name not in without]

    # Doing the same in both folders

    def fail(self, message):
        for line in self.done:
            print(line)
        print(f"seed {self.seed}, program {self.who}, operation {self.number}: {message}")
        sys.exit(1)

    def both(self, what, call, same=lambda subject, reference: subject == reference):
        """Calls with 0 for the subject and 1 for the reference; gives the reference's result."""
        results = [attempt(call, side) for side in (SUBJECT, REFERENCE)]
        self.done.append(f"{self.number} {what}: {short(results[REFERENCE])}")
        if not same(*results):
            self.fail(f"{what}: {short(results[SUBJECT])}, not {short(results[REFERENCE])}")
        self.succeeded[what.split()[0]] += not isinstance(results[REFERENCE], Failure)
        return results[REFERENCE]

    def by_path(self, what, call, *paths):
        """Makes a call with paths, then looks at what it names and at the folders that holds it."""
        result = self.both(f"{what} {' '.join(paths)}", lambda side: call(*(self.at(side, path) for path in paths)))
        for path in paths:
            self.look(path)
            if os.path.dirname(path) != "shared":
                self.look(os.path.dirname(path))
        return result

    def at(self, side, path):
        return os.path.join(self.roots[side], path)

    def look(self, path):
        self.both(f"lstat {path}", lambda side: attributes(os.lstat(self.at(side, path))))

    def by_file(self, what, call):
        """Makes a call with an open file, then looks at it."""
        if not self.files:
            return None
        pair = self.chance.choice(self.files)
        result = self.both(f"{what} {pair.two}", lambda side: call(pair.two[side]))
        self.both(f"fstat {pair.two}", lambda side: attributes(os.fstat(pair.two[side])))
        return pair if not isinstance(result, Failure) else None

    # Choosing

    def name(self):
        return f"{self.who}{self.chance.choice('abcdefghij')}"

    def new_path(self):
        """Mostly of what does not exist, in a folder that does."""
        parent = self.chance.choice((f"own-{self.who}", "shared", self.path()))
        if parent.count("/") > 4 or self.chance.random() < 0.9 and not stat.S_ISDIR(self.kind(parent)):
            parent = f"own-{self.who}"
        path = f"{parent}/{self.name()}"
        return path if self.chance.random() < 0.3 or not self.kind(path) else f"{parent}/{self.name()}"

    def path(self):
        """Mostly of what exists."""
        for _ in range(4):
            path = self.chance.choice(self.paths) if self.paths else f"own-{self.who}/{self.name()}"
            if self.kind(path) or self.chance.random() < 0.1:
                break
        return path

    def kind(self, path):
        try:
            return os.lstat(self.at(REFERENCE, path)).st_mode
        except OSError:
            return 0

    def made(self, path, result):
        if not isinstance(result, Failure):
            self.paths.append(path)
            if len(self.paths) > 150:
                del self.paths[self.chance.randrange(100)]

    def offset(self):
        return self.chance.choice((0, 1, 4095, 4096, 131072, self.chance.randrange(300_000), self.chance.randrange(LARGEST)))

    def length(self):
        return self.chance.choice((1, 100, 4096, 8192, self.chance.randrange(1, 20_000), self.chance.randrange(1, 400_000)))

    def data(self):
        return self.chance.randbytes(min(self.length(), 140_000))

    def mode(self):
        mode = self.chance.choice((0o644, 0o755, 0o600, 0, self.chance.randrange(0o10000)))
        # The kernel's FUSE loses sight of the sticky bit when it clears others (fuse_change_attributes_common).
        return mode & 0o1777 if mode & 0o1000 else mode

    def xattr(self):
        return f"{self.chance.choice(('user', 'trusted', 'security'))}.{self.chance.choice('xyz')}"

    # Operations on names

    def create(self):
        path = self.new_path()
        flags = os.O_CREAT | self.chance.choice((os.O_RDWR, os.O_RDWR, os.O_WRONLY, os.O_RDONLY))
        flags |= sum({self.chance.choice((0, 0, os.O_EXCL, os.O_TRUNC, os.O_APPEND, os.O_NOFOLLOW)) for _ in range(2)})
        self.open_with(path, flags)

    def open(self):
        flags = self.chance.choice((os.O_RDWR, os.O_RDONLY, os.O_WRONLY))
        flags |= self.chance.choice((0, 0, 0, os.O_APPEND, os.O_TRUNC, os.O_NOFOLLOW))
        self.open_with(self.path(), flags)

    def open_with(self, path, flags):
        # Opening a FIFO would wait, and a mount of FUSE is nodev.
        if any(stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) for mode in self.kinds(path)):
            return
        mode = self.mode()
        two = []

        def call(side):
            fd = os.open(self.at(side, path), flags, mode)
            two.append(fd)
            if stat.S_ISDIR(os.fstat(fd).st_mode):
                os.fsync(fd)
                os.close(two.pop())
                return "a folder"
            return 0

        result = self.both(f"open {path} {flags:#o} {mode:#o}", call)
        self.look(path)
        if result == 0:
            self.made(path, 0)
            self.files.append(Pair(two, flags))
            if len(self.files) > MOST_FILES:
                self.close()

    def kinds(self, path):
        """The type of what a path leads to, in each folder where it leads to something."""
        for side in (SUBJECT, REFERENCE):
            try:
                yield os.stat(self.at(side, path)).st_mode
            except OSError:
                pass

    def mkdir(self):
        path, mode = self.new_path(), self.mode() | 0o700
        self.made(path, self.by_path("mkdir", lambda p: os.mkdir(p, mode), path))

    def mknod(self):
        path = self.new_path()
        kind, device = self.chance.choice(((stat.S_IFIFO, 0), (stat.S_IFSOCK, 0), (stat.S_IFCHR, os.makedev(1, 3)),
                                           (stat.S_IFREG, 0)))
        mode = kind | self.mode()
        self.made(path, self.by_path("mknod", lambda p: os.mknod(p, mode, device), path))

    def symlink(self):
        path = self.new_path()
        target = "/".join(self.name() for _ in range(self.chance.randrange(1, 3)))
        self.made(path, self.by_path(f"symlink {target}", lambda p: os.symlink(target, p), path))

    def readlink(self):
        self.by_path("readlink", os.readlink, self.path())

    def link(self):
        new = self.new_path()
        self.made(new, self.by_path("link", lambda a, b: os.link(a, b, follow_symlinks=False), self.path(), new))

    def may_make_orphans(self):
        """Whether a folder may be removed: not through libfuse while a file that was removed from it may be open."""
        return not self.spares_orphans or not self.mappings and all(
            os.fstat(pair.two[REFERENCE]).st_nlink for pair in self.files)

    def rename(self):
        if not self.may_make_orphans():
            return
        old, new = self.path(), self.chance.choice((self.path(), self.new_path()))
        self.made(new, self.by_path("rename", os.rename, old, new))

    def rename_flags(self):
        old, new, flags = self.path(), self.chance.choice((self.path(), self.new_path())), self.chance.choice((1, 2, 2, 3))
        self.made(new, self.by_path(f"rename with flags {flags}", lambda a, b: renameat2(a, b, flags), old, new))

    def unlink(self):
        self.by_path("unlink", os.unlink, self.path())

    def folder(self):
        """Mostly one that exists."""
        path = self.path()
        for _ in range(8):
            if stat.S_ISDIR(self.kind(path)):
                break
            path = self.path()
        return path

    def rmdir(self):
        path = self.folder()
        if self.may_make_orphans():
            self.by_path("rmdir", os.rmdir, path)

    def holds_open_files(self, top):
        numbers = {os.fstat(pair.two[REFERENCE]).st_ino for pair in self.files}
        return bool(self.mappings) or any(
            os.lstat(os.path.join(folder, name)).st_ino in numbers
            for folder, _, files in os.walk(self.at(REFERENCE, top)) for name in files)

    def remove_tree(self):
        top = self.folder()
        if not self.may_make_orphans() or self.spares_orphans and self.holds_open_files(top):
            return
        if self.chance.random() < 0.6:
            # With nobody looking at what is left until all is done.
            self.by_path("rmtree", shutil.rmtree, top)
            return
        for folder, folders, files in os.walk(self.at(REFERENCE, top), topdown=False):
            relative = os.path.relpath(folder, self.roots[REFERENCE])
            for name in files + folders:
                path = f"{relative}/{name}"
                self.by_path("remove", os.rmdir if stat.S_ISDIR(self.kind(path)) else os.unlink, path)

    def stat(self):
        self.by_path("stat", lambda p: attributes(os.stat(p)), self.path())

    def list(self):
        path = self.chance.choice((f"own-{self.who}", "shared", self.path()))
        mine = str(self.who)
        self.both(f"list {path}", lambda side: sorted(
            (e.name, e.is_dir(follow_symlinks=False), e.is_symlink()) for e in os.scandir(self.at(side, path))
            if e.name.startswith(mine)))

    def content(self):
        path = self.path()
        if any(not stat.S_ISREG(mode) for mode in self.kinds(path)):
            return

        def call(side):
            with open(self.at(side, path), "rb", buffering=0) as f:
                return f.read()

        self.both(f"content of {path}", call)

    # Operations on attributes

    def chmod(self):
        mode = self.mode()
        self.by_path(f"chmod {mode:#o}", lambda p: os.chmod(p, mode), self.path())

    def chown(self):
        user, group = self.chance.choice((-1, 0, 7, 100_000)), self.chance.choice((-1, 0, 8))
        self.by_path(f"lchown {user} {group}", lambda p: os.lchown(p, user, group), self.path())

    def utimens(self):
        times = tuple(self.chance.randrange(-(2**31) * 10**9, 1_200_000_000 * 10**9) for _ in range(2))
        follow = self.chance.random() < 0.5
        self.by_path(f"utimens {times}", lambda p: os.utime(p, ns=times, follow_symlinks=follow), self.path())

    def truncate(self):
        size = self.offset()
        self.by_path(f"truncate {size}", lambda p: os.truncate(p, size), self.path())

    def setxattr(self):
        name, flags = self.xattr(), self.chance.choice((0, 0, os.XATTR_CREATE, os.XATTR_REPLACE))
        value = self.chance.randbytes(self.chance.choice((0, 1, 30, 30, 900, 5000)))
        follow = self.chance.random() < 0.7
        self.by_path(f"setxattr {name} {len(value)} {flags}",
                     lambda p: os.setxattr(p, name, value, flags, follow_symlinks=follow), self.path())

    def setfacl(self):
        """No default ones: in a folder with such the kernel's FUSE applies the umask, which it should not."""
        value = self.chance.choice(ACLS)
        self.by_path("setxattr of an ACL", lambda p: os.setxattr(p, "system.posix_acl_access", value), self.path())

    def removexattr(self):
        name = self.chance.choice((self.xattr(), self.xattr(), "system.posix_acl_access"))
        self.by_path(f"removexattr {name}", lambda p: os.removexattr(p, name), self.path())

    def xattrs(self):
        def call(side):
            path = self.at(side, where)
            return {name: os.getxattr(path, name, follow_symlinks=False)
                    for name in sorted(os.listxattr(path, follow_symlinks=False))}

        where = self.path()
        self.both(f"xattrs of {where}", call)

    # Operations on open files

    def close(self):
        if self.files:
            pair = self.files.pop(self.chance.randrange(len(self.files)))
            self.both(f"close {pair.two}", lambda side: os.close(pair.two[side]))

    def read(self):
        length = self.length()
        self.by_file(f"read {length}", lambda fd: os.read(fd, length))

    def pread(self):
        offset, length = self.offset(), self.length()
        self.by_file(f"pread {length} at {offset}", lambda fd: os.pread(fd, length, offset))

    def write(self):
        data = self.data()
        self.by_file(f"write {len(data)}", lambda fd: os.write(fd, data))

    def pwrite(self):
        data, offset = self.data(), self.offset()
        self.by_file(f"pwrite {len(data)} at {offset}", lambda fd: os.pwrite(fd, data, offset))

    def ftruncate(self):
        size = self.offset()
        self.by_file(f"ftruncate {size}", lambda fd: os.ftruncate(fd, size))

    def fallocate(self):
        mode = self.chance.choice((0, KEEP_SIZE, PUNCH_HOLE | KEEP_SIZE, PUNCH_HOLE | KEEP_SIZE, ZERO_RANGE,
                                   ZERO_RANGE | KEEP_SIZE))
        offset, length = self.offset(), self.length()

        def call(fd):
            # Not beyond the end, where it depends on the kernel's version whether that changes the file's time.
            if not mode & PUNCH_HOLE or offset < os.fstat(fd).st_size:
                check(libc.fallocate(fd, mode, offset, length))

        done = self.by_file(f"fallocate {mode} {length} at {offset}", call)
        if done and not mode & PUNCH_HOLE:
            self.preallocated.add(os.fstat(done.two[REFERENCE]).st_ino)

    def fsync(self):
        self.by_file("fsync", self.chance.choice((os.fsync, os.fdatasync)))

    def fchmod(self):
        mode = self.mode()
        self.by_file(f"fchmod {mode:#o}", lambda fd: os.fchmod(fd, mode))

    def fchown(self):
        user = self.chance.choice((-1, 0, 9))
        self.by_file(f"fchown {user}", lambda fd: os.fchown(fd, user, -1))

    def futimens(self):
        times = tuple(self.chance.randrange(1_200_000_000 * 10**9) for _ in range(2))
        self.by_file(f"futimens {times}", lambda fd: os.utime(fd, ns=times))

    def fsetxattr(self):
        name, value = self.xattr(), self.chance.randbytes(20)
        self.by_file(f"fsetxattr {name}", lambda fd: os.setxattr(fd, name, value))

    def seek(self):
        offset, whence = self.offset(), self.chance.choice((os.SEEK_SET, os.SEEK_CUR, os.SEEK_END))
        self.by_file(f"lseek {offset} {whence}", lambda fd: os.lseek(fd, offset if whence == os.SEEK_SET else 0, whence))

    def seek_data(self):
        """Of space allocated and not written ext4 says that it is data or a hole as its cache happens to be."""
        if not self.files:
            return
        pair = self.chance.choice(self.files)
        offset, whence = self.offset(), self.chance.choice((os.SEEK_DATA, os.SEEK_HOLE))
        exact = os.fstat(pair.two[REFERENCE]).st_ino not in self.preallocated
        what = f"lseek {offset} {'SEEK_DATA' if whence == os.SEEK_DATA else 'SEEK_HOLE'} {pair.two}"
        self.both(what, lambda side: self.at_same_position(pair.two[side], offset, whence),
                  lambda subject, reference: subject == reference or not exact)

    @staticmethod
    def at_same_position(fd, offset, whence):
        position = os.lseek(fd, 0, os.SEEK_CUR)
        try:
            return os.lseek(fd, offset, whence)
        finally:
            os.lseek(fd, position, os.SEEK_SET)

    def copy_file_range(self):
        if not self.files:
            return
        source, target = self.chance.choice(self.files), self.chance.choice(self.files)
        length, at, to = self.length(), self.offset(), self.offset()
        self.both(f"copy_file_range {source.two} {at} {target.two} {to} {length}",
                  lambda side: os.copy_file_range(source.two[side], target.two[side], length, at, to))
        self.both(f"fstat {target.two}", lambda side: attributes(os.fstat(target.two[side])))

    # Mappings, shared and writable

    def map(self):
        pairs = [pair for pair in self.files if pair.flags & os.O_ACCMODE == os.O_RDWR]
        if not pairs or len(self.mappings) >= MOST_MAPPINGS:
            return
        pair = self.chance.choice(pairs)
        if os.fstat(pair.two[REFERENCE]).st_size:
            two = []
            # A mapping has a descriptor of its own, which says how far it may be used.
            self.both(f"mmap {pair.two}", lambda side: two.append(mmap.mmap(pair.two[side], 0)))
            self.mappings.append(Pair(two))

    def unmap(self):
        if self.mappings:
            pair = self.mappings.pop(self.chance.randrange(len(self.mappings)))
            self.both("munmap", lambda side: pair.two[side].close())

    def use_mapping(self, what, call):
        """Calls with a mapping and a range that is within the file: more would be SIGBUS."""
        if not self.mappings:
            return
        pair = self.chance.choice(self.mappings)
        self.both("size of a mapped file", lambda side: pair.two[side].size())
        end = min(len(pair.two[REFERENCE]), pair.two[REFERENCE].size())
        if end:
            start = self.chance.randrange(end)
            stop = min(end, start + self.length())
            self.both(f"{what} {start} to {stop}", lambda side: call(pair.two[side], start, stop))

    def load(self):
        self.use_mapping("load", lambda mapping, start, stop: mapping[start:stop])

    def store(self):
        """Written back at once: later, FUSE's file would get the time of then, even if another is set meanwhile."""
        seed = self.chance.randrange(1 << 30)

        def call(mapping, start, stop):
            mapping[start:stop] = random.Random(seed).randbytes(stop - start)
            mapping.flush()

        self.use_mapping("store", call)

    # What many do in one place

    def append_to_log(self):
        record = b"%d %06d\n" % (self.who, self.records)
        self.records += 1

        def call(side):
            fd = os.open(self.at(side, "log"), os.O_WRONLY | os.O_APPEND)
            try:
                return os.write(fd, record)
            finally:
                os.close(fd)

        self.both("append to the log", call)

    def run(self, count):
        for folder in f"own-{self.who}", "shared":
            for root in self.roots:
                os.makedirs(os.path.join(root, folder), exist_ok=True)
        for root in self.roots:
            open(os.path.join(root, "log"), "ab").close()
        weights = [weight for weight, _ in self.operations]
        for self.number in range(count):
            self.chance.choices(self.operations, weights)[0][1]()
        while self.mappings:
            self.unmap()
        while self.files:
            self.close()
        for side in SUBJECT, REFERENCE:
            with open(self.at(side, "log"), "rb") as f:
                mine = [line for line in f if line.startswith(b"%d " % self.who)]
            if mine != [b"%d %06d\n" % (self.who, record) for record in range(self.records)]:
                self.fail(f"the log of {self.roots[side]} has not each of its records once, in their order")
        for call, times in sorted(self.succeeded.items()):
            print(call, times)


WEIGHTS = [
    (10, "create"), (8, "open"), (5, "mkdir"), (2, "mknod"), (4, "symlink"), (2, "readlink"), (4, "link"), (6, "rename"),
    (3, "rename_flags"), (6, "unlink"), (3, "rmdir"), (0.6, "remove_tree"), (5, "stat"), (4, "list"), (5, "content"), (4, "chmod"), (3, "chown"),
    (4, "utimens"), (4, "truncate"), (4, "setxattr"), (1, "setfacl"), (2, "removexattr"), (3, "xattrs"), (5, "close"),
    (5, "read"), (8, "pread"), (8, "write"), (8, "pwrite"), (4, "ftruncate"), (4, "fallocate"), (3, "fsync"), (2, "fchmod"),
    (2, "fchown"), (2, "futimens"), (2, "fsetxattr"), (3, "seek"), (5, "seek_data"), (5, "copy_file_range"), (3, "map"),
    (2, "unmap"), (4, "load"), (4, "store"), (2, "append_to_log")]

os.umask(0o022)
who, seed, operations = map(int, sys.argv[3:6])
Model(sys.argv[1:3], who, seed, sys.argv[6:]).run(operations)
