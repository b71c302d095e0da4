"""Makes system calls in an empty folder and prints what each gives: a value or an errno's name.

usage: system_calls.py ROOT

What differs from filesystem to filesystem for good reasons (inode numbers, times of now) is not printed.
"""
import ctypes
import errno
import fcntl
import os
import stat
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
root = sys.argv[1]
os.umask(0)
os.chdir(root)


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


def renameat2(old, new, flags):
    check(libc.renameat2(-100, old.encode(), -100, new.encode(), flags))


def fallocate(fd, mode, offset, length):
    check(libc.fallocate(fd, mode, ctypes.c_long(offset), ctypes.c_long(length)))


def show(what, call, *arguments):
    try:
        result = call(*arguments)
    except OSError as e:
        result = errno.errorcode.get(e.errno, e.errno)
    print(f"{what}: {result}", flush=True)


def attributes(path):
    s = os.lstat(path)
    return stat.filemode(s.st_mode), s.st_nlink, s.st_uid, s.st_gid, 0 if stat.S_ISDIR(s.st_mode) else s.st_size, s.st_rdev


def make(path, content=b"", flags=0, mode=0o644):
    fd = os.open(path, os.O_CREAT | os.O_RDWR | flags, mode)
    os.write(fd, content)
    return fd


def content(path):
    with open(path, "rb") as f:
        return f.read()


def changed_times(path, call):
    """Which of mtime and ctime a call changes. Kernels may count time in steps of 10 ms."""
    os.utime(path, ns=(1, 1), follow_symlinks=False)
    before = os.lstat(path)
    time.sleep(0.03)
    call()
    after = os.lstat(path)
    return before.st_mtime_ns != after.st_mtime_ns, before.st_ctime_ns != after.st_ctime_ns


def files():
    os.close(make("f", b"0123456789", mode=0o640))
    show("create", attributes, "f")
    show("create exclusively what is there", os.open, "f", os.O_CREAT | os.O_EXCL)
    show("create without permission bits", lambda: (os.close(make("none", mode=0)), attributes("none"))[1])
    show("open what is missing", os.open, "missing", os.O_RDONLY)
    show("open below what is missing", os.open, "missing/x", os.O_CREAT)
    show("open below a file", os.open, "f/x", os.O_RDONLY)
    show("create below a file", os.open, "f/x", os.O_CREAT)
    show("open a folder for writing", os.open, ".", os.O_WRONLY)
    show("open with O_DIRECTORY", os.open, "f", os.O_DIRECTORY)
    show("open with a name too long", os.open, "n" * 256, os.O_CREAT)
    fd = os.open("f", os.O_RDWR)
    show("read", os.read, fd, 4)
    show("read at an offset", os.pread, fd, 100, 7)
    show("read at the end", os.pread, fd, 100, 10)
    show("read beyond the end", os.pread, fd, 100, 1000)
    show("write in the middle", os.pwrite, fd, b"ab", 4)
    show("write beyond the end", os.pwrite, fd, b"z", 15)
    show("content", content, "f")
    show("write nothing", os.write, fd, b"")
    show("read a write-only file", lambda: os.read(os.open("f", os.O_WRONLY), 1))
    show("write a read-only file", lambda: os.write(os.open("f", os.O_RDONLY), b"x"))
    show("open to truncate", lambda: (os.close(os.open("f", os.O_WRONLY | os.O_TRUNC)), attributes("f"))[1])
    show("append", lambda: [os.write(os.open("f", os.O_WRONLY | os.O_APPEND), x) for x in (b"one ", b"two")])
    show("appended", content, "f")
    show("truncate longer", lambda: (os.truncate("f", 12), content("f"))[1])
    show("truncate shorter", lambda: (os.ftruncate(fd, 3), content("f"))[1])
    show("truncate a folder", os.truncate, ".", 0)
    show("truncate to less than nothing", os.ftruncate, fd, -1)
    show("fsync", os.fsync, fd)
    show("fdatasync", os.fdatasync, fd)
    show("fsync a folder", os.fsync, os.open(".", os.O_RDONLY))
    show("hard read of large blocks", lambda: (os.pwrite(fd, bytes(range(256)) * 8192, 0), len(content("f")),
                                               content("f") == bytes(range(256)) * 8192)[1:])
    show("lock", fcntl.flock, fd, fcntl.LOCK_EX)
    show("lock a range", fcntl.lockf, fd, fcntl.LOCK_EX, 10)
    show("fstat of an open removed file", lambda: (os.unlink("f"), os.fstat(fd).st_nlink)[1])
    show("write to it", os.pwrite, fd, b"still", 0)
    show("read from it", os.pread, fd, 5, 0)


def allocation():
    fd = make("alloc")
    show("allocate", fallocate, fd, 0, 0, 10000)
    show("allocated", attributes, "alloc")
    show("allocate, keep size", lambda: (fallocate(fd, 1, 0, 1 << 20), attributes("alloc"))[1])
    show("allocate nothing", fallocate, fd, 0, 0, 0)
    os.pwrite(fd, b"x" * 65536, 0)
    show("punch", lambda: (fallocate(fd, 3, 4096, 8192), content("alloc") == b"x" * 4096 + bytes(8192) + b"x" * 53248)[1])
    show("zero", lambda: (fallocate(fd, 0x10, 0, 4096), content("alloc")[:4096] == bytes(4096))[1])
    show("holes", lambda: (os.fsync(fd), os.lseek(fd, 0, os.SEEK_END))[1])
    show("seek to data beyond the end", os.lseek, fd, 1 << 30, os.SEEK_DATA)
    os.close(make("from", b"to be copied " * 1000))
    show("copy_file_range", lambda: os.copy_file_range(os.open("from", os.O_RDONLY), make("to"), 13000))
    show("copied", lambda: content("to") == content("from"))


def folders():
    show("mkdir", lambda: (os.mkdir("d", 0o750), attributes("d"))[1])
    show("mkdir with the sticky bit", lambda: (os.mkdir("sticky", 0o1777), attributes("sticky"))[1])
    show("mkdir what is there", os.mkdir, "d")
    show("mkdir below what is missing", os.mkdir, "missing/d")
    show("mkdir with a name too long", os.mkdir, "n" * 256)
    os.mkdir("d/sub")
    show("links of a parent", attributes, "d")
    show("rmdir what is not empty", os.rmdir, "d")
    show("rmdir a file", os.rmdir, "to")
    show("rmdir what is missing", os.rmdir, "missing")
    show("rmdir dot", os.rmdir, "d/.")
    show("unlink a folder", os.unlink, "d")
    show("unlink what is missing", os.unlink, "missing")
    show("list", lambda: sorted(os.listdir("d")))
    show("list a file", os.listdir, "to")
    show("list with types", lambda: sorted((e.name, e.is_dir(), e.is_symlink()) for e in os.scandir(".")))
    show("times mkdir changes in the parent", changed_times, "d", lambda: os.mkdir("d/x"))
    show("times rmdir changes in the parent", changed_times, "d", lambda: os.rmdir("d/x"))
    os.chown("sticky", 5, 6)
    os.chmod("sticky", 0o2777)
    show("a setgid folder hands down its group", lambda: (os.mkdir("sticky/d"), os.close(make("sticky/f")),
                                                         attributes("sticky/d"), attributes("sticky/f"))[2:])
    for i in range(1500):
        os.close(make(f"d/sub/{i}"))
    show("list many", lambda: sorted(map(int, os.listdir("d/sub"))) == list(range(1500)))
    fd = os.open("d/sub", os.O_RDONLY)
    show("remove while listing", lambda: sum(os.unlink(e.path) is None for e in os.scandir("d/sub")))
    show("list what is empty again", os.listdir, fd)


def links():
    show("symlink", lambda: (os.symlink("to", "l"), attributes("l"), os.readlink("l"), len(content("l")))[1:])
    show("symlink what is there", os.symlink, "x", "l")
    show("symlink to nothing", os.symlink, "", "empty")
    show("symlink of 4095 bytes", lambda: (os.symlink("x" * 4095, "long"), len(os.readlink("long")))[1])
    show("readlink of a file", os.readlink, "to")
    show("a loop", lambda: (os.symlink("loop", "loop"), os.open("loop", os.O_RDONLY))[1])
    show("open a link with O_NOFOLLOW", os.open, "l", os.O_NOFOLLOW)
    show("create through a dangling link", lambda: (os.symlink("target", "dangling"), os.close(make("dangling", b"x")),
                                                     content("target"))[2])
    show("link", lambda: (os.link("to", "to2"), attributes("to"), attributes("to2"))[1:])
    show("link a folder", os.link, "d", "d2")
    show("link to what is there", os.link, "to", "l")
    show("link what is missing", os.link, "missing", "x")
    show("link a symlink", lambda: (os.link("l", "l2", follow_symlinks=False), attributes("l2"))[1])
    show("times link changes", changed_times, "to", lambda: os.link("to", "to3"))
    show("times unlink changes", changed_times, "to", lambda: os.unlink("to3"))
    for name, kind, device in (("fifo", stat.S_IFIFO, 0), ("socket", stat.S_IFSOCK, 0), ("char", stat.S_IFCHR, os.makedev(1, 3)),
                               ("block", stat.S_IFBLK, os.makedev(259, 300000)), ("plain", stat.S_IFREG, 0)):
        show("mknod " + name, lambda: (os.mknod(name, kind | 0o624, device), attributes(name))[1])
    show("mknod what is there", os.mknod, "fifo")


def renaming():
    for name in "a", "b":
        os.close(make(name, name.encode()))
    show("rename over a file", lambda: (os.rename("a", "b"), content("b"), os.path.exists("a"))[1:])
    show("rename what is missing", os.rename, "missing", "x")
    show("rename a file over a folder", os.rename, "b", "d")
    show("rename a folder over a file", os.rename, "d", "b")
    os.mkdir("empty-folder")
    os.mkdir("full")
    os.mkdir("full/x")
    show("rename a folder over an empty one", lambda: (os.rename("full", "empty-folder"), os.listdir("empty-folder"))[1])
    os.mkdir("other")
    show("rename a folder over a full one", os.rename, "other", "empty-folder")
    show("rename a folder into itself", os.rename, "empty-folder", "empty-folder/x/y")
    show("rename to itself", os.rename, "b", "b")
    os.link("b", "b-linked")
    show("rename to another name of the same file", lambda: (os.rename("b", "b-linked"), os.path.exists("b"))[1])
    show("rename to another folder", lambda: (os.rename("other", "d/other"), attributes("d"), attributes("d/other"))[1:])
    show("exchange a file and a folder", lambda: (renameat2("b", "d", 2), attributes("b")[0], attributes("d")[0])[1:])
    renameat2("b", "d", 2)
    show("exchange with what is missing", renameat2, "b", "missing", 2)
    show("do not replace", renameat2, "b", "d", 1)
    show("rename with flags unheard of", renameat2, "b", "y", 64)
    show("rename with flags that contradict", renameat2, "b", "y", 3)
    show("a name too long", os.rename, "b", "n" * 256)


def attributes_changes():
    os.close(make("m", b"mode"))
    show("chmod", lambda: (os.chmod("m", 0o7654), attributes("m"))[1])
    # Not together with the sticky bit, of which the kernel's FUSE loses sight (fuse_change_attributes_common).
    os.chmod("m", 0o6654)
    show("chown", lambda: (os.chown("m", 12, 34), attributes("m"))[1])
    show("chown of one", lambda: (os.chown("m", -1, 56), attributes("m"))[1])
    show("chown of none", lambda: (os.chmod("m", 0o6755), os.chown("m", -1, -1), attributes("m"))[2])
    show("lchown", lambda: (os.lchown("l", 7, 8), attributes("l"), attributes("to"))[1:])
    show("a write by root leaves setuid", lambda: (os.chmod("m", 0o6755), os.write(os.open("m", os.O_WRONLY), b"x"),
                                                   attributes("m"))[2])
    show("utime", lambda: (os.utime("m", ns=(123456789, 987654321)), os.stat("m").st_mtime_ns)[1])
    show("utime of a link", lambda: (os.utime("l", ns=(5, 6), follow_symlinks=False), os.lstat("l").st_mtime_ns)[1])
    show("utime of a date before 1901", lambda: (os.utime("m", ns=(0, -5000000000 * 10**9)), os.stat("m").st_mtime_ns)[1])
    show("times chmod changes", changed_times, "m", lambda: os.chmod("m", 0o600))
    show("times a write changes", changed_times, "m", lambda: os.close(make("m", b"y")))
    show("statvfs", lambda: (os.statvfs(".").f_bsize, os.statvfs(".").f_frsize, os.statvfs(".").f_namemax))


def as_another_user():
    """As a user who owns nothing here: what he may and may not do."""
    os.chmod(".", 0o755)
    os.close(make("private", b"secret", mode=0o600))
    os.mkdir("his", 0o777)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(write, 1)
        os.setgroups([])
        os.setgid(4321)
        os.setuid(1234)
        show("his file", lambda: (os.close(make("his/f", b"x", mode=0o666)), attributes("his/f"))[1])
        show("his folder", lambda: (os.mkdir("his/d"), attributes("his/d"))[1])
        show("his link", lambda: (os.symlink("x", "his/l"), attributes("his/l"))[1])
        os._exit(0)
    os.close(write)
    print(os.fdopen(read).read(), end="")
    os.waitpid(child, 0)


def xattrs():
    os.close(make("x"))
    show("list none", os.listxattr, "x")
    show("get none", os.getxattr, "x", "user.none")
    show("remove none", os.removexattr, "x", "user.none")
    for name in "user.a", "trusted.b", "security.c":
        show("set " + name, os.setxattr, "x", name, b"value of " + name.encode())
    show("list", lambda: sorted(os.listxattr("x")))
    show("get", os.getxattr, "x", "trusted.b")
    show("create what is there", os.setxattr, "x", "user.a", b"", os.XATTR_CREATE)
    show("replace what is not", os.setxattr, "x", "user.n", b"", os.XATTR_REPLACE)
    show("an empty value", lambda: (os.setxattr("x", "user.a", b""), os.getxattr("x", "user.a"))[1])
    show("too large a value", os.setxattr, "x", "user.large", b"v" * 65000)
    show("no namespace", os.setxattr, "x", "nonsense", b"v")
    show("a name too long", os.setxattr, "x", "user." + "n" * 255, b"v")
    show("user attributes of a symlink", lambda: os.setxattr("l", "user.a", b"v", follow_symlinks=False))
    show("remove", lambda: (os.removexattr("x", "user.a"), sorted(os.listxattr("x")))[1])
    show("times setxattr changes", changed_times, "x", lambda: os.setxattr("x", "user.t", b"1"))


for part in (files, allocation, folders, links, renaming, attributes_changes, xattrs, as_another_user):
    part()
