package org.guestmount.appliance.image;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Which kernel modules the appliance is made of. */
final class GuestModules {
    /** What is loaded before the daemon starts: the port it talks through, the disks, entropy, and giving memory back. */
    static final List<String> AT_BOOT =
            List.of("virtio_pci", "virtio_console", "virtio_scsi", "sd_mod", "virtio_rng", "virtio_balloon");

    /** Without these a kernel is of no use. */
    static final List<String> ESSENTIAL = List.of("virtio_pci", "virtio_console", "virtio_scsi", "sd_mod", "ext4");

    /** The module that implements each filesystem. The kernel loads it at the first mount. */
    private static final Map<String, String> FILESYSTEMS = Map.ofEntries(
            Map.entry("adfs", "adfs"),
            Map.entry("affs", "affs"),
            Map.entry("apfs", "apfs"),
            Map.entry("bcachefs", "bcachefs"),
            Map.entry("befs", "befs"),
            Map.entry("bfs", "bfs"),
            Map.entry("btrfs", "btrfs"),
            Map.entry("efs", "efs"),
            Map.entry("erofs", "erofs"),
            Map.entry("exfat", "exfat"),
            Map.entry("ext2, ext3, ext4", "ext4"),
            Map.entry("f2fs", "f2fs"),
            Map.entry("freevxfs", "freevxfs"),
            Map.entry("hfs", "hfs"),
            Map.entry("hfsplus", "hfsplus"),
            Map.entry("hpfs", "hpfs"),
            Map.entry("iso9660", "isofs"),
            Map.entry("jfs", "jfs"),
            Map.entry("minix", "minix"),
            Map.entry("nilfs2", "nilfs2"),
            Map.entry("ntfs", "ntfs3"),
            Map.entry("omfs", "omfs"),
            Map.entry("qnx4", "qnx4"),
            Map.entry("qnx6", "qnx6"),
            Map.entry("reiserfs", "reiserfs"),
            Map.entry("romfs", "romfs"),
            Map.entry("squashfs", "squashfs"),
            Map.entry("sysv", "sysv"),
            Map.entry("udf", "udf"),
            Map.entry("ufs", "ufs"),
            Map.entry("vfat", "vfat"),
            Map.entry("xfs", "xfs"));

    /** Debian's packages of those that are not in the kernel's own. */
    private static final Map<String, String> PACKAGES = Map.of("apfs", "apfs-dkms");

    /** Character sets that FAT, ISO 9660 and HFS ask for by name. */
    private static final List<String> CHARACTER_SETS =
            List.of("nls_ascii", "nls_cp437", "nls_cp850", "nls_iso8859_1", "nls_iso8859_15", "nls_utf8");

    private static final List<String> VOLUMES = List.of(
            "dm_mod",
            "dm_crypt",
            "dm_snapshot",
            "dm_mirror",
            "dm_raid",
            "dm_thin_pool",
            "dm_cache",
            "dm_cache_smq",
            "dm_writecache",
            "dm_integrity",
            "dm_zero",
            "linear",
            "raid0",
            "raid1",
            "raid10",
            "raid456",
            "bcache",
            "loop",
            "fuse");

    /** What LUKS and BitLocker volumes are encrypted with; device-mapper asks for them by alias. */
    private static final List<String> CIPHERS = List.of(
            "aes_generic",
            "aesni_intel",
            "xts",
            "cbc",
            "ecb",
            "essiv",
            "ctr",
            "gcm",
            "ccm",
            "hmac",
            "cmac",
            "adiantum",
            "authenc",
            "sha1_generic",
            "sha256_generic",
            "sha512_generic",
            "rmd160",
            "wp512",
            "serpent_generic",
            "twofish_generic",
            "camellia_generic",
            "blowfish_generic",
            "cast5_generic",
            "cast6_generic",
            "des_generic",
            "chacha20poly1305",
            "algif_skcipher",
            "algif_hash");

    private GuestModules() {}

    static List<String> all() {
        return Stream.of(AT_BOOT, FILESYSTEMS.values(), CHARACTER_SETS, VOLUMES, CIPHERS)
                .flatMap(names -> names.stream().sorted())
                .toList();
    }

    /** A filesystem that the kernel lacks, with the package that brings it, if one does. */
    static String withPackage(String filesystem) {
        String debianPackage = PACKAGES.get(filesystem);
        return debianPackage == null ? filesystem : filesystem + " (package " + debianPackage + ")";
    }

    /** The filesystems that these modules bring, or those that they lack. */
    static List<String> filesystems(ModuleTree modules, boolean provided) {
        return FILESYSTEMS.entrySet().stream()
                .filter(filesystem -> modules.provides(filesystem.getValue()) == provided)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
