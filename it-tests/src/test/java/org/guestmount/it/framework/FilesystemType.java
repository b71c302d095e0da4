package org.guestmount.it.framework;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A kind of filesystem a guest may have, with the programs that make and check it. */
public enum FilesystemType {
    EXT4("mke2fs -q -F -t ext4 -b 4096", "e2fsck -fn"),
    EXT2("mke2fs -q -F -t ext2 -b 4096", "e2fsck -fn"),
    EXT4_SMALL_BLOCKS("mke2fs -q -F -t ext4 -b 1024", "e2fsck -fn"),
    XFS("mkfs.xfs -q -f", "xfs_repair -n"),
    BTRFS("mkfs.btrfs -q -f", "btrfs check --force"),
    VFAT("mkfs.vfat -F 32", "fsck.vfat -n"),
    EXFAT("mkfs.exfat", "fsck.exfat -n"),
    F2FS("mkfs.f2fs -q", "fsck.f2fs --dry-run"),
    JFS("mkfs.jfs -q", "jfs_fsck -n"),
    MINIX("mkfs.minix -3", "fsck.minix"),
    NILFS2("mkfs.nilfs2 -q", "blkid -p"),
    NTFS("mkntfs -F -q -f", "ntfsfix -n"),
    REISERFS("mkfs.reiserfs -q -f", "reiserfsck --check -q -y"),
    UDF("mkudffs", "udfinfo");

    private final String maker;
    private final String checker;

    FilesystemType(String maker, String checker) {
        this.maker = maker;
        this.checker = checker;
    }

    /** Makes an empty filesystem that is a whole raw image. */
    public GuestImage create(Path file, int mebibytes) {
        Command.of("truncate", "-s", mebibytes + "M", file).run();
        runOn(maker, file);
        return GuestImage.raw(file);
    }

    /**
     * Fails unless the filesystem's own checker, or where there is none a program that reads its superblock, finds nothing to mend. It
     * must not be in use.
     */
    public void assertClean(Path rawImage) {
        runOn(checker, rawImage);
    }

    private static void runOn(String program, Path file) {
        List<String> argv = new ArrayList<>(List.of(program.split(" ")));
        argv.add(file.toString());
        Command.of(argv).run();
    }
}
