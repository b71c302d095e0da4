package org.guestmount.it.framework;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Something of the machine that a test cannot do without. */
public enum Requirement {
    ROOT("root, to mount images with the kernel") {
        @Override
        boolean isMet() {
            return "root".equals(System.getProperty("user.name"));
        }
    },
    FUSE("a /dev/fuse that can be written to, and fusermount3") {
        @Override
        boolean isMet() {
            return Files.isWritable(Path.of("/dev/fuse")) && hasProgram("fusermount3");
        }
    },
    QEMU("qemu-system-x86_64 and qemu-img") {
        @Override
        boolean isMet() {
            return hasProgram("qemu-system-x86_64") && hasProgram("qemu-img");
        }
    },
    IMAGE_TOOLS("the programs that make and check filesystems") {
        @Override
        boolean isMet() {
            return hasProgram(
                    "mke2fs", "mkfs.xfs", "mkfs.btrfs", "mkfs.vfat", "mkntfs", "mcopy", "sfdisk", "sgdisk", "python3");
        }
    },
    RARE_IMAGE_TOOLS("the programs that make and check filesystems few machines have") {
        @Override
        boolean isMet() {
            return hasProgram(
                            "mkfs.exfat", "mkfs.f2fs", "mkfs.jfs", "mkfs.nilfs2", "mkntfs", "mkfs.reiserfs", "mkudffs")
                    && hasProgram("mksquashfs", "mkfs.erofs", "xorriso", "makefs");
        }
    },
    SHELLS("bash, zsh and fish") {
        @Override
        boolean isMet() {
            return hasProgram("bash", "zsh", "fish");
        }
    },
    MAN("man") {
        @Override
        boolean isMet() {
            return hasProgram("man");
        }
    },
    STORAGE_TOOLS("lvm, mdadm and cryptsetup, of which the appliance is made, and make-bcache") {
        @Override
        boolean isMet() {
            return hasProgram("lvm", "mdadm", "cryptsetup", "busybox", "make-bcache");
        }
    },
    CLEVIS("clevis, and a Tang server") {
        @Override
        boolean isMet() {
            return hasProgram("clevis", "jose", "curl") && Files.isExecutable(Path.of("/usr/libexec/tangd"));
        }
    },
    LIBVIRT("virsh") {
        @Override
        boolean isMet() {
            return hasProgram("virsh");
        }
    },
    SERVERS("QEMU's drivers for remote images, and the servers that serve them") {
        @Override
        boolean isMet() {
            return hasProgram(
                            "qemu-nbd",
                            "nbdkit",
                            "nginx",
                            "openssl",
                            "sshd",
                            "ssh",
                            "ssh-keygen",
                            "ssh-agent",
                            "ssh-add",
                            "tgtd",
                            "tgtadm")
                    && Command.of("/usr/bin/python3", "-c", "import pyftpdlib")
                                    .result()
                                    .status()
                            == 0
                    && Command.of("sh", "-c", "ls /usr/lib*/qemu*/block-iscsi.so /usr/lib/*/qemu/block-iscsi.so")
                            .result()
                            .output()
                            .contains("iscsi");
        }
    };

    private final String description;

    Requirement(String description) {
        this.description = description;
    }

    abstract boolean isMet();

    String description() {
        return description;
    }

    static boolean hasProgram(String... names) {
        return Arrays.stream(names)
                .allMatch(name -> Arrays.stream((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":"))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name))));
    }
}
