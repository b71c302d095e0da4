package org.guestmount.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.fuse.GuestOperations;
import org.guestmount.fuse.kernel.FuseSession;
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

    /** For programs to finish with a mount detached under them, and then for being cut off to take effect. */
    private static final int DRAIN_SECONDS = 5;

    /** For the kernel to write back pages changed through mappings. */
    private static final int WRITE_BACK_SECONDS = 60;

    private static final Path CONNECTIONS = Path.of("/sys/fs/fuse/connections");

    private final Path mountpoint;
    private final String device;
    private final CompletableFuture<Void> ended;
    private final Unmounter unmounter;

    private MountedGuest(Path mountpoint, String device, CompletableFuture<Void> ended, Unmounter unmounter) {
        this.mountpoint = mountpoint;
        this.device = device;
        this.ended = ended;
        this.unmounter = unmounter;
    }

    /**
     * Checks everything about a mount that can be known before there is a guest: the options, the mountpoint,
     * /dev/fuse, fusermount.
     *
     * @throws MountException saying what is wrong and what to do about it
     */
    public static void check(MountConfig config) throws MountException {
        MountpointCheck.ofThisProcess().check(config.mountpoint(), SessionPlan.options(config));
    }

    /** Has what {@link #mount} needs loaded while the caller does other things. */
    public static void prepare() {
        Thread loading = new Thread(FuseSession::prepare, "fuse-preparation");
        loading.setDaemon(true);
        // Whoever needs what cannot be loaded is told then; and if an error has ended the process meanwhile, nobody
        // does.
        loading.setUncaughtExceptionHandler((thread, failure) -> LOG.debug("not prepared", failure));
        loading.start();
    }

    /**
     * Mounts; when it returns the kernel has been answered and the mount is usable. Checks first as {@link #check} does.
     */
    public static MountedGuest mount(GuestFilesystem filesystem, MountConfig config)
            throws MountException, InterruptedException {
        FuseOptions options = SessionPlan.options(config);
        MountpointCheck check = MountpointCheck.ofThisProcess();
        Path mountpoint = check.check(config.mountpoint(), options);
        Path fusermount = HostTools.fusermount()
                .orElseThrow(() -> new MountException("fusermount was not found; install the package fuse3"));
        DeadMountWatch watch = null;
        try {
            watch = DeadMountWatch.start(fusermount, mountpoint);
            GuestOperations operations = new GuestOperations(filesystem, options.has("ro"));
            CompletableFuture<Void> ended = switch (config.backend()) {
                case KERNEL ->
                    FuseSession.mount(operations, SessionPlan.session(config, options, mountpoint, check.uid()))
                            .ended();
                case JNR ->
                    LibfuseSession.mount(operations, mountpoint.toString(), SessionPlan.libfuse(config, options))
                            .ended();
            };
            String device = MountTable.read()
                    .at(mountpoint)
                    .map(MountTable.Mount::device)
                    .orElse("");
            return new MountedGuest(
                    mountpoint, device, ended.thenRun(watch::close), new Unmounter(fusermount, mountpoint));
        } catch (IOException e) {
            if (watch != null) {
                watch.close();
            }
            throw new MountException("could not mount on " + config.mountpoint() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Waits until the mount is gone, whoever unmounted it, every request under way has been answered and every file
     * has been released in the guest.
     */
    public void awaitUnmounted() throws InterruptedException {
        try {
            ended.get();
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
        if (!ended.isDone()) {
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
            ended.get(seconds, TimeUnit.SECONDS);
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
