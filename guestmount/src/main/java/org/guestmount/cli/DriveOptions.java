package org.guestmount.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.guestmount.core.drive.ImageLocation;
import org.guestmount.core.drive.ImageUri;
import org.guestmount.core.drive.LocalImage;
import org.guestmount.core.session.SessionConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say of which drives the guest is made. Some hold for what comes after them. */
final class DriveOptions {
    private final Map<String, String> environment;
    private final Function<String, ParameterException> mistake;
    private final List<AddedDrives> drives = new ArrayList<>();
    private @Nullable String format;
    private @Nullable String snapshot;
    private @Nullable Integer blockSize;
    private @Nullable String connection;
    private boolean formatUnused;
    private boolean snapshotUnused;
    private boolean blockSizeUnused;
    private boolean onlyReadable;

    /**
     * @param environment where the passwords of URIs may be
     * @param mistake reports one of the user's
     */
    DriveOptions(Map<String, String> environment, Function<String, ParameterException> mistake) {
        this.environment = Map.copyOf(environment);
        this.mistake = mistake;
    }

    @Option(
            names = {"-a", "--add"},
            paramLabel = "IMAGE|URI",
            order = 10,
            description = "Add a disk image: /dev/sda in the guest, the next one /dev/sdb.")
    void add(@Nullable String image) {
        if (image == null) {
            return;
        }
        try {
            drives.add(new DriveOption(location(image), format, snapshot, blockSize));
        } catch (IllegalArgumentException e) {
            throw mistake.apply(String.valueOf(e.getMessage()));
        }
        onlyReadable |= snapshot != null;
        formatUnused = false;
        snapshotUnused = false;
        blockSizeUnused = false;
    }

    private ImageLocation location(String image) {
        return ImageUri.isUri(image)
                ? ImageUri.parse(image, environment)
                : new LocalImage(Path.of(image).toAbsolutePath());
    }

    @Option(
            names = {"-d", "--domain"},
            paramLabel = "DOMAIN",
            order = 11,
            description = "Add all disks of a virtual machine that libvirt knows, by its name or UUID.")
    void domain(@Nullable String nameOrUuid) {
        if (nameOrUuid == null) {
            return;
        }
        drives.add(new DomainOption(nameOrUuid, blockSize));
        blockSizeUnused = false;
    }

    @Option(
            names = {"-c", "--connect"},
            paramLabel = "URI",
            order = 12,
            description = "The hypervisor that -d is about, as libvirt names it.")
    void connect(@Nullable String uri) {
        if (uri != null) {
            connection = uri;
        }
    }

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            arity = "0..1",
            fallbackValue = "",
            order = 50,
            description = "The format of the images after it (raw, qcow2, ...); without one, detect it.")
    void format(@Nullable String value) {
        if (value == null) {
            return;
        }
        if (!value.isEmpty() && !value.matches("[A-Za-z0-9_-]+")) {
            throw mistake.apply(
                    "--format=" + value + ": not the name of an image format; use raw, qcow2, vmdk, vdi, vhdx or vpc");
        }
        format = value.isEmpty() ? null : value;
        formatUnused = true;
    }

    @Option(
            names = "--blocksize",
            paramLabel = "512|4096",
            arity = "0..1",
            fallbackValue = "",
            order = 51,
            description = "The sector size of the drives after it; without one, the default.")
    void blockSize(@Nullable String value) {
        if (value == null) {
            return;
        }
        switch (value) {
            case "" -> blockSize = null;
            case "512", "4096" -> blockSize = Integer.valueOf(value);
            default -> throw mistake.apply("--blocksize=" + value + ": must be 512 or 4096");
        }
        blockSizeUnused = true;
    }

    @Option(
            names = "--snapshot",
            paramLabel = "NAME",
            arity = "0..1",
            fallbackValue = "",
            order = 52,
            description =
                    "The internal snapshot of the qcow2 images after it; without one, their latest state. Implies --ro.")
    void snapshot(@Nullable String value) {
        if (value == null) {
            return;
        }
        snapshot = value.isEmpty() ? null : value;
        snapshotUnused = true;
    }

    /** Checks them against one another, and against {@code --rw}. */
    void validate(boolean readWrite) {
        if (formatUnused) {
            throw mistake.apply("--format must come before the -a it is for");
        }
        if (snapshotUnused) {
            throw mistake.apply("--snapshot must come before the -a it is for");
        }
        if (blockSizeUnused) {
            throw mistake.apply("--blocksize must come before the -a it is for");
        }
        if (drives.isEmpty()) {
            throw mistake.apply("no disk image given; add one with -a IMAGE, or those of a domain with -d");
        }
        if (onlyReadable && readWrite) {
            throw mistake.apply("--snapshot and --rw contradict each other, for snapshots can only be read");
        }
        if (drives.size() > SessionConfig.MAX_DRIVES) {
            throw mistake.apply(drives.size() + " disk images given; a guest can have " + SessionConfig.MAX_DRIVES);
        }
    }

    boolean areGiven() {
        return !drives.isEmpty();
    }

    /** Whether one of them is of a kind that is never written to. */
    boolean areOnlyReadable() {
        return onlyReadable;
    }

    /** In the order of the command line. */
    List<AddedDrives> all() {
        return List.copyOf(drives);
    }

    /** The hypervisor that domains are of; null for libvirt's choice. */
    @Nullable
    String connection() {
        return connection;
    }
}
