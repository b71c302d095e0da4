package org.guestmount.it.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A raw image mounted by this machine's kernel: the truth that a mount of ours is compared with. Needs root. */
public final class KernelMount implements AutoCloseable {
    private static final Duration RELEASE = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(5);

    private final Path image;
    private final long offset;
    private final Path root;

    private KernelMount(Path image, long offset, Path root) {
        this.image = image;
        this.offset = offset;
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
        return new KernelMount(image, offset, mountpoint);
    }

    public Path root() {
        return root;
    }

    @Override
    public void close() {
        Command.of("umount", root).run();
        // A mount namespace that another process made meanwhile keeps the filesystem; to mount it otherwise is EBUSY.
        await().pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .atMost(RELEASE)
                .untilAsserted(() -> assertThat(loopDevices()).isEmpty());
    }

    private String loopDevices() {
        return Command.of("losetup", "--associated", image, "--offset", offset).run();
    }
}
