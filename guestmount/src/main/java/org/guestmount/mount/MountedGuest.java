package org.guestmount.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.fuse.GuestOperations;
import org.guestmount.fuse.libfuse.Libfuse;
import org.guestmount.fuse.libfuse.LibfuseSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A guest's filesystem mounted on a host directory.
 *
 * <p>Owns: the mount and what serves it. The filesystem it was given is not closed: its owner does that once
 * {@link #awaitUnmounted} has returned.
 */
public final class MountedGuest implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MountedGuest.class);

    /** For the kernel to begin using a new mount. */
    private static final int ANSWER_SECONDS = 10;

    /** For programs to finish with a mount detached under them, and then for being cut off to take effect. */
    private static final int DRAIN_SECONDS = 5;

    /** For the kernel to write back pages changed through mappings. */
    private static final int WRITE_BACK_SECONDS = 60;

    private static final Path CONNECTIONS = Path.of("/sys/fs/fuse/connections");

    private final Path mountpoint;
    private final String device;
    private final LibfuseSession session;
    private final Unmounter unmounter;

    private MountedGuest(Path mountpoint, String device, LibfuseSession session, Unmounter unmounter) {
        this.mountpoint = mountpoint;
        this.device = device;
        this.session = session;
        this.unmounter = unmounter;
    }

    /**
     * Checks everything about a mount that can be known before there is a guest: the options, the mountpoint,
     * /dev/fuse, fusermount.
     *
     * @throws MountException saying what is wrong and what to do about it
     */
    public static void check(MountConfig config) throws MountException {
        MountpointCheck.ofThisProcess().check(config.mountpoint(), options(config));
    }

    /**
     * Mounts; when it returns the kernel has been answered and the mount is usable. Checks first as {@link #check} does.
     */
    public static MountedGuest mount(GuestFilesystem filesystem, MountConfig config)
            throws MountException, InterruptedException {
        FuseOptions options = options(config);
        Path mountpoint = MountpointCheck.ofThisProcess().check(config.mountpoint(), options);
        Path fusermount = HostTools.fusermount()
                .orElseThrow(() -> new MountException("fusermount was not found; install the package fuse3"));
        try {
            LibfuseSession session = LibfuseSession.mount(
                    Libfuse.load(),
                    new GuestOperations(filesystem, options.has("ro")),
                    mountpoint.toString(),
                    options.escaped(),
                    ANSWER_SECONDS);
            String device =
                    MountTable.find(mountpoint).map(MountTable.Mount::device).orElse("");
            return new MountedGuest(mountpoint, device, session, new Unmounter(fusermount, mountpoint));
        } catch (IOException e) {
            throw new MountException("could not mount on " + config.mountpoint() + ": " + e.getMessage(), e);
        } catch (UnsatisfiedLinkError e) {
            throw new MountException("libfuse.so.2 cannot be loaded; install the package libfuse2", e);
        }
    }

    private static FuseOptions options(MountConfig config) throws MountException {
        FuseOptions options = FuseOptions.parse(config.fuseOptions());
        if (config.readOnly()) {
            if (options.has("rw")) {
                throw new MountException("-o rw contradicts --ro");
            }
            options.setDefault("ro", "");
        }
        // Whatever happens to this process, no dead mount is left behind.
        options.setDefault("auto_unmount", "");
        options.setDefault("fsname", config.fsname());
        options.setDefault("subtype", "guestmount");
        options.setDefault("use_ino", "");
        String timeout = seconds(config.cacheTimeout());
        options.setDefault("entry_timeout", timeout);
        options.setDefault("negative_timeout", timeout);
        // libfuse shows the kernel two inodes where a file has two names: attributes kept of one would hide what is
        // changed through the other.
        options.setDefault("attr_timeout", "0");
        // The mountpoint has been checked by now, and fuse3's fusermount does not know the option.
        options.remove("nonempty");
        return options;
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() + "." + "%09d".formatted(duration.toNanosPart());
    }

    /**
     * Waits until the mount is gone, whoever unmounted it, every request under way has been answered and every file
     * has been released in the guest.
     */
    public void awaitUnmounted() throws InterruptedException {
        try {
            session.ended().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("serving " + mountpoint + " failed", e.getCause());
        }
    }

    /**
     * Unmounts, and returns as soon as the kernel has; {@link #awaitUnmounted} waits for the rest. Must not be called
     * from a thread that serves the mount.
     *
     * @throws MountException if it is in use, and stays mounted
     */
    public void unmount() throws MountException, InterruptedException {
        if (!session.ended().isDone()) {
            unmounter.unmount();
        }
    }

    /**
     * Unmounts and waits until all is released. Where the mount is in use it is taken out of the tree, what the kernel
     * holds is written back, and programs that still use it after a few seconds get errors. Idempotent, bounded in time.
     */
    @Override
    public void close() {
        try {
            unmountOrDetach();
            if (!endsWithin(DRAIN_SECONDS)) {
                LOG.info("{} is still in use; cutting it off", mountpoint);
                Files.writeString(CONNECTIONS.resolve(minor(device)).resolve("abort"), "1");
                if (!endsWithin(DRAIN_SECONDS)) {
                    LOG.warn("{}: requests are still under way", mountpoint);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("unmounting {}: {}", mountpoint, e.getMessage());
        }
    }

    private void unmountOrDetach() throws MountException, InterruptedException {
        try {
            unmount();
        } catch (MountException e) {
            LOG.debug("detaching: {}", e.getMessage());
            writeBack();
            unmounter.detach();
        }
    }

    /** The kernel writes back what programs changed through mappings when it unmounts, but not when it detaches. */
    private void writeBack() throws InterruptedException {
        try {
            HostTools.run(List.of("sync", "-f", mountpoint.toString()), WRITE_BACK_SECONDS);
        } catch (IOException e) {
            LOG.warn("writing back what {} holds: {}", mountpoint, e.getMessage());
        }
    }

    private boolean endsWithin(int seconds) throws InterruptedException {
        try {
            session.ended().get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("serving " + mountpoint + " failed", e.getCause());
        }
    }

    private static String minor(String device) {
        return device.substring(device.indexOf(':') + 1);
    }
}
