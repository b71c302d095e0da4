package org.guestmount.core.drive;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A format of disk images that QEMU can open. Encrypted disks are not among them: the guest opens those itself, so they
 * are added as {@link #RAW}.
 */
public enum DriveFormat {
    RAW("raw", "img", "raw"),
    QCOW2("qcow2", "qcow2", "qcow"),
    QCOW("qcow", "qcow"),
    QED("qed", "qed"),
    VMDK("vmdk", "vmdk"),
    VDI("vdi", "vdi"),
    VHDX("vhdx", "vhdx"),
    VPC("vpc", "vhd", "vpc"),
    PARALLELS("parallels", "hdd", "hds", "parallels"),
    DMG("dmg", "dmg"),
    BOCHS("bochs", "bochs"),
    CLOOP("cloop", "cloop");

    private final String driver;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> extensions;

    DriveFormat(String driver, String... extensions) {
        this.driver = driver;
        this.extensions = List.of(extensions);
    }

    /** The name of QEMU's driver for it, which is also what users call it. */
    public String driver() {
        return driver;
    }

    /** The format users call by this name. */
    public static Optional<DriveFormat> named(String name) {
        return Stream.of(values()).filter(f -> f.driver.equals(name)).findFirst();
    }

    /** All names, for a message. */
    static String names() {
        return Stream.of(values()).map(DriveFormat::driver).collect(Collectors.joining(", "));
    }

    /** Whether QEMU can only read it. */
    boolean isReadOnly() {
        return switch (this) {
            case DMG, BOCHS, CLOOP -> true;
            case RAW, QCOW2, QCOW, QED, VMDK, VDI, VHDX, VPC, PARALLELS -> false;
        };
    }

    /** Whether a file of this name says that it is in this format. */
    boolean isNamedBy(String fileName) {
        String name = fileName.toLowerCase(Locale.ROOT);
        return extensions.stream().anyMatch(e -> name.endsWith("." + e));
    }
}
