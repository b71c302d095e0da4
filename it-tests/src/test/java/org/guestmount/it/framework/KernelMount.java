package org.guestmount.it.framework;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A raw image mounted by this machine's kernel: the truth that a mount of ours is compared with. Needs root. */
public final class KernelMount implements AutoCloseable {
    private final Path root;

    private KernelMount(Path root) {
        this.root = root;
    }

    public static KernelMount readOnly(Path image, Path mountpoint) {
        return mount(image, mountpoint, "ro", 0);
    }

    public static KernelMount writable(Path image, Path mountpoint) {
        return mount(image, mountpoint, "rw", 0);
    }

    /**
     * Mounts a part of an image.
     *
     * @param offset where the filesystem begins in the image, in bytes
     */
    public static KernelMount mount(Path image, Path mountpoint, String options, long offset) {
        try {
            Files.createDirectories(mountpoint);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Command.of("mount", "-o", "loop," + options + ",offset=" + offset, image, mountpoint)
                .run();
        return new KernelMount(mountpoint);
    }

    public Path root() {
        return root;
    }

    @Override
    public void close() {
        Command.of("umount", root).run();
    }
}
