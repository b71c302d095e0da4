"""Makes a tree that holds everything a Linux filesystem can: the text to copy faithfully. Needs root.

usage: fidelity_tree.py DESTINATION

real/ is a copy of at least 8,000 entries of this machine's /usr; the other folders hold what such a tree lacks.
Whatever the destination's filesystem refuses because of its limits (length of symbolic links, xattrs) is made smaller.
"""
import errno
import os
import random
import shutil
import socket
import stat
import struct
import subprocess
import sys

ENTRIES = 8000
MOST_BYTES = 160 << 20
SOURCES = ["/usr/include", "/usr/share/zoneinfo", "/usr/share/doc", "/usr/share/perl", "/usr/share/man",
           "/usr/lib/python3", "/usr/lib/python3.11", "/usr/share"]
random.seed(20240229)


def write(path, content=b"", mode=0o644):
    fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode)
    os.write(fd, content)
    os.close(fd)
    os.chmod(path, mode)
    return path


def folder(name):
    path = os.path.join(root, os.fsencode(name))
    os.mkdir(path)
    return path + b"/"


def real_tree():
    target = folder("real")
    made = size = 0
    for source in SOURCES:
        for directory, subdirectories, files in os.walk(source):
            if made > ENTRIES + 500 or size > MOST_BYTES:
                break
            inside = target + os.fsencode(directory.lstrip("/"))
            os.makedirs(inside, exist_ok=True)
            made += 1
            subdirectories.sort()
            for name in sorted(files):
                copy = inside + b"/" + os.fsencode(name)
                if os.path.lexists(copy):
                    continue
                shutil.copy2(os.path.join(directory, name), copy, follow_symlinks=False)
                size += os.lstat(copy).st_size
                made += 1
    if made < ENTRIES:
        sys.exit(f"only {made} entries found in {SOURCES}; {ENTRIES} are needed")


def sizes():
    d = folder("sizes")
    for size in 0, 1, 511, 4095, 4096, 4097, 65536, 131071, 131072, 131073, 1 << 20, (1 << 20) + 1, (9 << 20) + 7:
        write(d + b"%d" % size, random.randbytes(size))


def links():
    d = folder("links")
    write(d + b"one", b"three names\n")
    os.link(d + b"one", d + b"two")
    os.mkdir(d + b"sub")
    os.link(d + b"one", d + b"sub/three")
    os.symlink(b"one", d + b"to-file")
    os.symlink(b"sub", d + b"to-folder")
    os.symlink(b"nowhere/at all", d + b"dangling")
    os.symlink(b"/etc/passwd", d + b"absolute")
    os.symlink(b"../../../../../../../../etc/passwd", d + b"escaping")
    os.symlink(b"loop", d + b"loop")
    os.symlink(b"\xff\xfe name\n", d + b"target-not-utf8")
    os.link(d + b"to-file", d + b"to-file-linked", follow_symlinks=False)
    for length in 59, 60, 255, 1000, 4000:
        target = (b"x" * 99 + b"/") * 40
        try:
            os.symlink(target[:length], d + b"length-%d" % length)
        except OSError as e:
            if e.errno != errno.ENAMETOOLONG:
                raise


def special_files():
    d = folder("special")
    os.mkfifo(d + b"fifo", 0o622)
    os.mknod(d + b"null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    os.mknod(d + b"large-numbers", stat.S_IFCHR | 0o600, os.makedev(500, 200000))
    os.mknod(d + b"block", stat.S_IFBLK | 0o640, os.makedev(8, 17))
    os.mknod(d + b"socket", stat.S_IFSOCK | 0o755)
    os.link(d + b"null", d + b"null-linked")


def sparse_files():
    d = folder("sparse")
    for name, size, places in (
            (b"hole-first", 3 << 20, [2 << 20]),
            (b"hole-middle", 3 << 20, [0, (3 << 20) - 4096]),
            (b"hole-last", 3 << 20, [0]),
            (b"only-hole", 7 << 20, []),
            (b"five-gibibytes", (5 << 30) + 1, [0, (2 << 30) - 2048, (3 << 30) + 123, (4 << 30) - 2048, (5 << 30) - 4095])):
        with open(d + name, "wb") as f:
            for place in places:
                f.seek(place)
                f.write(random.randbytes(4096))
            f.truncate(size)


def xattrs():
    d = folder("xattrs")
    os.setxattr(write(d + b"user"), "user.short", b"value")
    os.setxattr(d + b"user", "user.empty", b"")
    os.setxattr(d + b"user", "user.bytes", bytes(range(256)))
    for i in range(40):
        os.setxattr(write(d + b"many") if i == 0 else d + b"many", f"user.attribute-{i:02}", b"v" * i)
    os.setxattr(write(d + b"large"), "user.large", random.randbytes(3000))
    os.setxattr(write(d + b"trusted"), "trusted.overlay.opaque", b"y")
    os.setxattr(write(d + b"selinux"), "security.selinux", b"system_u:object_r:etc_t:s0\0")
    # struct vfs_cap_data, revision 2, effective: cap_net_bind_service, cap_net_raw (linux/capability.h)
    capability = struct.pack("<5I", 0x02000001, 1 << 10 | 1 << 13, 0, 0, 0)
    os.setxattr(write(d + b"capability", mode=0o755), "security.capability", capability)
    os.mkdir(d + b"folder")
    os.setxattr(d + b"folder", "user.of-a-folder", b"1")
    os.symlink(b"nowhere", d + b"link")
    os.setxattr(d + b"link", "trusted.of-a-link", b"1", follow_symlinks=False)


def acls():
    d = folder("acls")
    write(d + b"file")
    os.mkdir(d + b"folder")
    subprocess.run([b"setfacl", b"-m", b"u:1234:rwx,g:4321:r-x,m::rx", d + b"file"], check=True)
    subprocess.run([b"setfacl", b"-m", b"u:1234:rwx", d + b"folder"], check=True)
    subprocess.run([b"setfacl", b"-d", b"-m", b"u:1234:rwx,g:4321:---,o::-", d + b"folder"], check=True)
    write(d + b"folder/inherits")
    os.mkdir(d + b"folder/inherits-too")


def modes_and_owners():
    d = folder("modes")
    for mode in 0, 0o400, 0o111, 0o777, 0o4755, 0o2755, 0o6711, 0o1644, 0o7777:
        write(d + b"file-%04o" % mode)
        os.chown(d + b"file-%04o" % mode, 1000 + mode, 2000 + mode)
        os.chmod(d + b"file-%04o" % mode, mode)
        os.mkdir(d + b"folder-%04o" % mode)
        os.chmod(d + b"folder-%04o" % mode, mode)
    os.chown(write(d + b"large-ids"), 4294967294, 3000000000)
    os.symlink(b"nowhere", d + b"link")
    os.lchown(d + b"link", 77, 88)


def names():
    d = folder("names")
    for name in (b"\xff\xfe\x80", b"caf\xe9", "caf\u00e9".encode(), "cafe\u0301".encode(), "\u65e5\u672c\u8a9e".encode(),
                 b"\xf0\x9f\x98\x80", b"new\nline", b" space ", b"back\\slash", b"tab\t", b"-rf", b"*", b"%41", b"a:b",
                 b"...", b"'quote\"", b"\x01\x7f", b"n" * 255, b"\xc3\xa9" * 127 + b"x", b"\xff" * 255):
        write(d + name, name)
    os.mkdir(d + b"d" * 255)
    write(d + b"d" * 255 + b"/inside")
    os.mkdir(d + b"\xe9t\xe9")
    write(d + b"\xe9t\xe9/\xe0")
    deep = d + b"deep"
    for _ in range(40):
        os.mkdir(deep)
        deep += b"/" + b"level" * 10


def directories():
    d = folder("folders")
    os.mkdir(d + b"empty")
    os.mkdir(d + b"many")
    for i in range(3000):
        write(d + b"many/entry number %04d of a folder that is long" % i)


def times():
    d = folder("times")
    for name, ns in ((b"epoch", 0), (b"before", -123456789012345678), (b"just-before", -1), (b"one-ns", 1),
                     (b"ns", 1234567890123456789), (b"after-2038", 2500000000999999999)):
        os.utime(write(d + name), ns=(ns, ns))
        os.symlink(b"nowhere", d + name + b"-link")
        os.utime(d + name + b"-link", ns=(ns, ns), follow_symlinks=False)
        os.mkdir(d + name + b"-folder")
        os.utime(d + name + b"-folder", ns=(ns, ns))


os.umask(0o022)
root = os.fsencode(sys.argv[1])
os.makedirs(root, exist_ok=True)
for part in (real_tree, sizes, links, special_files, sparse_files, xattrs, acls, modes_and_owners, names, directories,
             times):
    part()
