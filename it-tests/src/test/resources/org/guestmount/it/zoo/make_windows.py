"""Makes what Windows is recognised by: a program, and the registry, by hivexregedit from hives that are empty but for their root.

usage: make_windows.py SYSTEM32 "UUID_OF_C UUID_OF_D"
"""
import os
import struct
import subprocess
import sys
import uuid

folder = os.path.join(sys.argv[1], "config")
c, d = (uuid.UUID(text).bytes_le for text in sys.argv[2].split())


def empty_hive(path):
    """One block with a root key and its security descriptor, as the description of the format that hivex comes with has it."""
    root, security, page = 0x20, 0x80, 4096
    descriptor = bytes.fromhex("010004801400000024000000000000003400000001020000000000052000000020020000"
                               "010200000000000520000000200200000200080000000000")
    key = struct.pack("<i2sHQ15IHH", -0x60, b"nk", 0x2C, 0, 0, 0xFFFFFFFF, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF, 0,
                      0xFFFFFFFF, security, 0xFFFFFFFF, 0, 0, 0, 0, 0, 4, 0) + b"ROOT"
    sk_size = (24 + len(descriptor) + 7) // 8 * 8
    sk = struct.pack("<i2sHIIII", -sk_size, b"sk", 0, security, security, 1, len(descriptor)) + descriptor
    block = bytearray(page)
    struct.pack_into("<4sIIIIQI", block, 0, b"hbin", 0, page, 0, 0, 0, 0)
    block[root:root + len(key)] = key
    block[security:security + len(sk)] = sk
    free = security + sk_size
    struct.pack_into("<i", block, free, page - free)
    header = bytearray(4096)
    struct.pack_into("<4sIIQIIIIIII", header, 0, b"regf", 1, 1, 0, 1, 3, 0, 1, root, page, 1)
    checksum = 0
    for (word,) in struct.iter_unpack("<I", header[:508]):
        checksum ^= word
    struct.pack_into("<I", header, 508, checksum)
    with open(path, "wb") as f:
        f.write(header + block)


def with_parents(text):
    """hivexregedit makes no key whose parent is not there."""
    lines, known = ["Windows Registry Editor Version 5.00"], {""}
    for line in text.splitlines():
        if line.startswith("["):
            parts = line.strip("[]").split("\\")[1:]
            for depth in range(1, len(parts)):
                parent = "\\" + "\\".join(parts[:depth])
                if parent not in known:
                    lines += ["", f"[{parent}]"]
                    known.add(parent)
            lines.append("")
        lines.append(line)
    return "\n".join(lines) + "\n"


def hive(name, text):
    path = os.path.join(folder, name)
    empty_hive(path)
    subprocess.run(["hivexregedit", "--merge", path], input=with_parents(text), text=True, check=True)


def binary(data):
    return "hex:" + ",".join(f"{b:02x}" for b in data)


def program(path):
    """No more than the headers, which say for which processor it is."""
    header = bytearray(0x200)
    header[0:2] = b"MZ"
    struct.pack_into("<I", header, 0x3C, 0x80)
    struct.pack_into("<4sHHIIIHH", header, 0x80, b"PE\0\0", 0x8664, 0, 0, 0, 0, 0xF0, 0x22)
    struct.pack_into("<H", header, 0x98, 0x20B)
    struct.pack_into("<H", header, 0x98 + 68, 3)
    with open(path, "wb") as f:
        f.write(header)


os.makedirs(folder)
program(os.path.join(sys.argv[1], "cmd.exe"))
hive("SOFTWARE", r"""
[\Microsoft\Windows NT\CurrentVersion]
"ProductName"="Windows 10 Pro"
"CurrentVersion"="6.3"
"CurrentMajorVersionNumber"=dword:0000000a
"CurrentMinorVersionNumber"=dword:00000000
"CurrentBuild"="19045"
"InstallationType"="Client"
"EditionID"="Professional"
""")
hive("SYSTEM", rf"""
[\Select]
"Current"=dword:00000001
"Default"=dword:00000001

[\ControlSet001\Control\Session Manager\Environment]
"PROCESSOR_ARCHITECTURE"="AMD64"

[\ControlSet001\Services\Tcpip\Parameters]
"Hostname"="ZOO-PC"

[\MountedDevices]
"\\DosDevices\\C:"={binary(b'DMIO:ID:' + c)}
"\\DosDevices\\D:"={binary(b'DMIO:ID:' + d)}
""")
