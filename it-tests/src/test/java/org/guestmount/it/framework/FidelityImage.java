package org.guestmount.it.framework;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * A filesystem with {@code tree/}, everything {@code fidelity_tree.py} makes, and what the kernel says of it. Made once
 * for each type of filesystem by each JVM that runs tests, and never written to after that. Needs root.
 */
public record FidelityImage(GuestImage image, TreeListing truth) {
    private static final int MEBIBYTES = 768;
    private static final Map<FilesystemType, FidelityImage> MADE = new EnumMap<>(FilesystemType.class);

    public static synchronized FidelityImage of(FilesystemType type) {
        return MADE.computeIfAbsent(type, FidelityImage::make);
    }

    private static FidelityImage make(FilesystemType type) {
        try {
            Path folder = Project.ownFolder("images");
            Path file = folder.resolve("fidelity-" + type.name().toLowerCase(Locale.ROOT) + ".img");
            Files.deleteIfExists(file);
            GuestImage image = type.create(file, MEBIBYTES);
            Path mountpoint = folder.resolve("mnt");
            try (KernelMount mount = KernelMount.writable(file, mountpoint)) {
                Python.script("fidelity_tree.py", mount.root().resolve("tree"));
            }
            try (KernelMount mount = KernelMount.readOnly(file, mountpoint)) {
                return new FidelityImage(image, TreeListing.of(mount.root()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
