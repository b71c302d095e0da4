package org.guestmount.mount;

import java.nio.file.Files;
import org.guestmount.core.fs.GuestFilesystem;

/**
 * A guest's filesystem mounted on a host directory.
 *
 * <p>The filesystem it was given is not closed: its owner does that once {@link #awaitUnmounted} has returned.
 */
public final class MountedGuest implements AutoCloseable {
    private MountedGuest() {}

    /**
     * Checks everything about a mount that can be known before there is a guest: the options, the mountpoint,
     * /dev/fuse, fusermount.
     *
     * @throws MountException saying what is wrong and what to do about it
     */
    public static void check(MountConfig config) throws MountException {
        if (!Files.isDirectory(config.mountpoint())) {
            throw new MountException(config.mountpoint() + ": not a directory; create it with mkdir");
        }
    }

    /** Mounts; when it returns the kernel has been answered and the mount is usable. Checks first as {@link #check} does. */
    public static MountedGuest mount(GuestFilesystem filesystem, MountConfig config) throws MountException {
        check(config);
        return new MountedGuest();
    }

    /**
     * Waits until the mount is gone, whoever unmounted it, every request under way has been answered and every file
     * has been released in the guest.
     */
    public void awaitUnmounted() throws InterruptedException {}

    /**
     * Unmounts, and returns as soon as the kernel has; {@link #awaitUnmounted} waits for the rest. Must not be called
     * from a thread that serves the mount.
     *
     * @throws MountException if it is in use, and stays mounted
     */
    public void unmount() throws MountException {}

    /**
     * Unmounts, detaching it where it is in use so that no new use can begin and cutting off what then goes on using
     * it, and waits until all is released. Idempotent, bounded in time.
     */
    @Override
    public void close() {}
}
