"""Uses a mounted directory as programs do. Usage: syscalls.py CHECK DIRECTORY; exits 0 if the check holds."""

import ctypes
import errno
import mmap
import os
import random
import stat
import subprocess
import sys
import tempfile
import threading

LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100
RENAME_NOREPLACE = 1
RENAME_EXCHANGE = 2


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def fails_with(number, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except OSError as error:
        assert error.errno == number, error
    else:
        raise AssertionError("no error")


def unlinked_file_stays_usable():
    with tempfile.TemporaryFile(dir=".") as file:
        assert os.listdir(".") == []
        file.write(b"abc")
        file.flush()
        status = os.fstat(file.fileno())
        assert (status.st_size, status.st_nlink) == (3, 0), status
        os.fchmod(file.fileno(), 0o640)
        os.ftruncate(file.fileno(), 2)
        os.utime(file.fileno(), ns=(5, 6))
        os.setxattr(file.fileno(), b"user.x", b"1")
        assert os.getxattr(file.fileno(), b"user.x") == b"1"
        status = os.fstat(file.fileno())
        assert (status.st_size, status.st_mtime_ns, stat.S_IMODE(status.st_mode)) == (2, 6, 0o640), status
        write("new", b"another file")
        file.seek(0)
        assert file.read() == b"ab"
        assert os.fstat(file.fileno()).st_size == 2


def unlinked_file_follows_a_renamed_directory():
    os.mkdir("d")
    with open("d/f", "w+b", buffering=0) as file:
        file.write(b"abc")
        os.unlink("d/f")
        os.rename("d", "e")
        assert os.fstat(file.fileno()).st_size == 3
        os.fchmod(file.fileno(), 0o640)
        assert stat.S_IMODE(os.fstat(file.fileno()).st_mode) == 0o640
    os.rmdir("e")


def replaced_file_stays_usable():
    write("old", b"old")
    write("new", b"newer")
    with open("old", "rb") as file:
        os.rename("new", "old")
        assert file.read() == b"old"
        assert os.fstat(file.fileno()).st_size == 3
        assert os.listdir(".") == ["old"]
    assert read("old") == b"newer"


def appends_go_to_the_end():
    first = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    second = os.open("log", os.O_WRONLY | os.O_APPEND)
    for descriptor, text in ((first, b"one"), (second, b"two"), (first, b"three")):
        os.write(descriptor, text)
    assert read("log") == b"onetwothree"


def mapped_writes_stay_in_place():
    # Opened for appending: the kernel writes pages back with any descriptor of the file.
    descriptor = os.open("mapped", os.O_RDWR | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, b"x" * 8192)
    with mmap.mmap(descriptor, 8192) as pages:
        pages[4095:4098] = b"abc"
        pages.flush()
    os.close(descriptor)
    assert read("mapped") == b"x" * 4095 + b"abc" + b"x" * 4094


def names_are_bytes():
    name = bytes(range(0x80, 0xFF))
    write(name, b"1")
    os.rename(name, b"\xff" + name)
    os.symlink(b"\xfe/\xc3\x28", b"link\xff")
    assert sorted(os.listdir(b".")) == [b"link\xff", b"\xff" + name]
    assert os.readlink(b"link\xff") == b"\xfe/\xc3\x28"
    write(b"n" * 255, b"")
    fails_with(errno.ENAMETOOLONG, write, b"n" * 256, b"")
    fails_with(errno.ENAMETOOLONG, os.mkdir, b"n" * 1000)
    fails_with(errno.ENAMETOOLONG, os.symlink, b"x" * 5000, "long")


def times_are_exact():
    write("file", b"")
    os.utime("file", ns=(-5_000_000_001, 1_234_567_890_123_456_789))
    status = os.stat("file")
    assert (status.st_atime_ns, status.st_mtime_ns) == (-5_000_000_001, 1_234_567_890_123_456_789), status
    subprocess.check_call(["touch", "-a", "-d", "@7.25", "file"])
    status = os.stat("file")
    assert (status.st_atime_ns, status.st_mtime_ns) == (7_250_000_000, 1_234_567_890_123_456_789), status
    subprocess.check_call(["touch", "-m", "-d", "@9", "file"])
    status = os.stat("file")
    assert (status.st_atime_ns, status.st_mtime_ns) == (7_250_000_000, 9_000_000_000), status
    subprocess.check_call(["touch", "file"])
    assert os.stat("file").st_mtime > 1_000_000_000
    os.symlink("file", "link")
    os.utime("link", ns=(1, 2), follow_symlinks=False)
    assert os.lstat("link").st_mtime_ns == 2 and os.stat("file").st_mtime_ns != 2


def xattrs_keep_their_flags():
    write("file", b"")
    os.setxattr("file", "user.a", b"\0\xff")
    assert os.getxattr("file", "user.a") == b"\0\xff"
    assert os.listxattr("file") == ["user.a"]
    fails_with(errno.EEXIST, os.setxattr, "file", "user.a", b"", os.XATTR_CREATE)
    fails_with(errno.ENODATA, os.setxattr, "file", "user.b", b"", os.XATTR_REPLACE)
    os.setxattr("file", "user.a", b"2", os.XATTR_REPLACE)
    assert LIBC.getxattr(b"file", b"user.a", None, 0) == 1
    os.setxattr("file", "user.a", b"long value")
    buffer = ctypes.create_string_buffer(4)
    assert LIBC.getxattr(b"file", b"user.a", buffer, 4) == -1 and ctypes.get_errno() == errno.ERANGE
    os.removexattr("file", "user.a")
    assert os.listxattr("file") == []
    fails_with(errno.ENODATA, os.removexattr, "file", "user.a")


def hard_links_agree_at_once():
    write("one", b"abc")
    os.link("one", "two")
    assert os.stat("one").st_nlink == os.stat("two").st_nlink == 2
    assert os.stat("one").st_ino == os.stat("two").st_ino
    with open("two", "rb") as other:
        assert other.read() == b"abc"
        with open("one", "r+b") as file:
            file.write(b"XYZdef")
        assert os.stat("two").st_size == 6
        other.seek(0)
        assert other.read() == b"XYZdef"
    os.unlink("one")
    assert os.stat("two").st_nlink == 1
    assert read("two") == b"XYZdef"
    os.link("two", "three")
    os.rename("two", "three")
    assert sorted(os.listdir(".")) == ["three", "two"]


def reused_inode_numbers_do_not_bring_old_data_back():
    for i in range(50):
        data = b"%d" % i * random.randrange(1, 3000)
        write("file", data)
        assert read("file") == data
        os.unlink("file")


def parents_follow_their_children():
    os.mkdir("parent")
    assert os.listdir("parent") == [] and os.stat("parent").st_nlink == 2
    os.utime("parent", (1, 1))
    os.mkdir("parent/child")
    status = os.stat("parent")
    assert status.st_nlink == 3 and status.st_mtime > 1, status
    write("parent/child/file", b"1")
    os.rename("parent", "moved")
    assert read("moved/child/file") == b"1"
    os.mkdir("parent")
    assert os.listdir("parent") == []
    fails_with(errno.ENOENT, os.stat, "parent/child")
    fails_with(errno.ENOTEMPTY, os.rmdir, "moved")
    descriptor = os.open("moved", os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def open_files_follow_a_renamed_directory():
    os.mkdir("a")
    write("a/file", b"1")
    with open("a/file", "r+b") as file:
        os.rename("a", "b")
        os.mkdir("a")
        write("a/file", b"other")
        os.fchmod(file.fileno(), 0o600)
        assert stat.S_IMODE(os.stat("b/file").st_mode) == 0o600
        assert stat.S_IMODE(os.stat("a/file").st_mode) != 0o600


def special_files_keep_their_numbers():
    os.mkfifo("fifo", 0o600)
    assert stat.S_ISFIFO(os.stat("fifo").st_mode)
    if os.getuid() == 0:
        os.mknod("device", 0o640 | stat.S_IFBLK, os.makedev(259, 65537))
        assert os.stat("device").st_rdev == os.makedev(259, 65537)
        assert stat.S_ISBLK(os.stat("device").st_mode)


def holes_are_found():
    descriptor = os.open("sparse", os.O_RDWR | os.O_CREAT)
    os.pwrite(descriptor, b"x", 1 << 20)
    os.ftruncate(descriptor, 2 << 20)
    data = os.lseek(descriptor, 0, os.SEEK_DATA)
    hole = os.lseek(descriptor, data, os.SEEK_HOLE)
    assert data == 1 << 20 and data < hole < 2 << 20, (data, hole)
    fails_with(errno.ENXIO, os.lseek, descriptor, hole, os.SEEK_DATA)


def rename_flags_are_kept():
    write("one", b"1")
    os.mkdir("two")
    assert LIBC.renameat2(AT_FDCWD, b"one", AT_FDCWD, b"two", RENAME_EXCHANGE) == 0, ctypes.get_errno()
    assert read("two") == b"1" and os.listdir("one") == []
    assert LIBC.renameat2(AT_FDCWD, b"one", AT_FDCWD, b"two", RENAME_NOREPLACE) == -1
    assert ctypes.get_errno() == errno.EEXIST
    assert LIBC.renameat2(AT_FDCWD, b"one", AT_FDCWD, b"three", RENAME_NOREPLACE) == 0
    assert sorted(os.listdir(".")) == ["three", "two"]


def large_files_are_exact():
    data = random.Random(1).randbytes(5 << 20)
    write("large", data)
    assert read("large") == data
    source = os.open("large", os.O_RDWR)
    target = os.open("copy", os.O_WRONLY | os.O_CREAT)
    left = len(data)
    while left:
        left -= os.copy_file_range(source, target, left)
    assert read("copy") == data
    os.posix_fallocate(source, 0, 6 << 20)
    assert os.fstat(source).st_size == 6 << 20
    os.pwrite(source, b"end", 1 << 40)
    assert os.stat("large").st_size == (1 << 40) + 3
    assert os.pread(source, 10, 1 << 40) == b"end"
    assert os.pread(source, 10, (5 << 20) - 5) == data[-5:] + b"\0" * 5
    with open("large", "wb"):
        pass
    assert os.stat("large").st_size == 0 and read("large") == b""


def listings_are_whole():
    names = sorted("name-%05d" % i for i in range(3000))
    for name in names:
        write(name, b"")
    assert sorted(os.listdir(".")) == names
    for entry in os.scandir("."):
        assert entry.is_file(follow_symlinks=False) and entry.inode() == os.stat(entry.name).st_ino
    out = subprocess.check_output(["ls", "-lA"]).splitlines()
    assert len(out) == 1 + len(names)
    subprocess.check_call("rm -r ./*", shell=True)
    assert os.listdir(".") == []


def a_listing_does_not_bring_removed_names_back():
    for i in range(200):
        write("%03d" % i, b"")
    with os.scandir(".") as entries:
        next(entries)
        for i in range(200):
            os.unlink("%03d" % i)
        write("new", b"")
        remaining = list(entries)
    for i in range(200):
        assert not os.path.exists("%03d" % i)
    assert len(remaining) <= 200 and os.listdir(".") == ["new"]


def access_agrees_with_what_works():
    write("plain", b"")
    os.chmod("plain", 0)
    assert os.access("plain", os.R_OK | os.W_OK) and not os.access("plain", os.X_OK)
    assert read("plain") == b""
    os.chmod("plain", 0o010)
    assert os.access("plain", os.X_OK)
    assert os.access(".", os.R_OK | os.W_OK | os.X_OK)
    assert not os.access("missing", os.F_OK)


def new_files_are_what_was_done_to_them():
    """What tar, cp and rsync do to new files, looked at in between and after."""
    for look in (False, True):
        for number in range(50):
            name = "f%d-%d" % (look, number)
            descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            data = os.urandom(number * 1000)
            for start in range(0, len(data), 10240):
                os.write(descriptor, data[start : start + 10240])
            if look:
                assert os.fstat(descriptor).st_size == len(data)
            os.utime(descriptor, ns=(5, 6))
            if look:
                assert os.stat(name).st_mtime_ns == 6
            os.fchown(descriptor, os.getuid(), os.getgid())
            os.fchmod(descriptor, 0o640 + number % 8)
            if look:
                assert stat.S_IMODE(os.stat(name).st_mode) == 0o640 + number % 8
                os.write(descriptor, b"more")
                assert os.fstat(descriptor).st_mtime_ns != 6
                data += b"more"
            os.close(descriptor)
            if number % 3 == 0:
                os.rename(name, name + "-renamed")
                name += "-renamed"
            assert read(name) == data
            status = os.stat(name)
            assert stat.S_IMODE(status.st_mode) == 0o640 + number % 8
            assert look or status.st_mtime_ns == 6, status


def statfs_answers():
    status = os.statvfs(".")
    assert status.f_namemax == 255 and status.f_blocks > 0 and status.f_frsize > 0


def clients_in_parallel():
    failures = []

    def client(number):
        try:
            for i in range(15):
                name = "client-%d-%d" % (number, i)
                data = name.encode() * 100
                write(name, data)
                assert read(name) == data
                os.rename(name, name + "+")
                assert os.stat(name + "+").st_size == len(data)
                os.unlink(name + "+")
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=client, args=(i,)) for i in range(48)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[:3]
    assert os.listdir(".") == []


def set_id_bits_go_when_others_change_the_file():
    """Run by root, who keeps them; without that privilege a change of data clears what chown always clears."""

    def mode(path="f"):
        return stat.S_IMODE(os.stat(path).st_mode)

    def as_nobody(change):
        os.seteuid(65534)
        try:
            change()
        finally:
            os.seteuid(0)

    def truncate_by_opening():
        os.close(os.open("f", os.O_WRONLY | os.O_TRUNC))

    write("f", b"content")
    os.chown("f", 65534, 0)
    descriptor = os.open("f", os.O_RDWR)
    changes = (
        lambda: os.pwrite(descriptor, b"x", 0),
        lambda: os.ftruncate(descriptor, 3),
        lambda: os.truncate("f", 2),
        lambda: os.posix_fallocate(descriptor, 0, 100),
        truncate_by_opening,
    )
    for number, change in enumerate(changes):
        for before, after in ((0o6755, 0o755), (0o2745, 0o2745), (0o6745, 0o2745), (0o640, 0o640)):
            os.chmod("f", before)
            change()
            assert mode() == before, (number, oct(before), oct(mode()))
            as_nobody(change)
            assert mode() == after, (number, oct(before), oct(mode()))
            assert stat.S_IMODE(os.fstat(descriptor).st_mode) == after
    for before, after in ((0o6755, 0o755), (0o2745, 0o2745)):
        os.chmod("f", before)
        os.chown("f", 1, 1)
        assert mode() == after, oct(mode())
    os.close(descriptor)


def changes_are_refused():
    """On a read-only mount with a directory d, a file f and a symbolic link l."""
    assert read("f") == b"content" and os.listdir("d") == [] and os.readlink("l") == "f"
    refused = (
        (open, "f", "r+"),
        (open, "new", "w"),
        (os.truncate, "f", 0),
        (os.chmod, "f", 0),
        (os.chown, "f", 1, 1),
        (os.utime, "f"),
        (os.mkdir, "new"),
        (os.rmdir, "d"),
        (os.unlink, "f"),
        (os.mkfifo, "new"),
        (os.symlink, "f", "new"),
        (os.link, "f", "new"),
        (os.rename, "f", "new"),
        (os.setxattr, "f", "user.a", b""),
        (os.removexattr, "f", "user.a"),
    )
    for call, *arguments in refused:
        fails_with(errno.EROFS, call, *arguments)
    assert os.access("f", os.R_OK) and not os.access("f", os.W_OK) and not os.access("d", os.W_OK)
    assert LIBC.access(b"f", os.W_OK) == -1 and ctypes.get_errno() == errno.EROFS


if __name__ == "__main__":
    os.chdir(sys.argv[2])
    globals()[sys.argv[1]]()
