package org.guestmount.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.guestmount.cache.CacheConfig;
import org.guestmount.cache.CachingFilesystem;
import org.guestmount.cache.PrefetchingFilesystem;
import org.guestmount.cache.WalkAheadFilesystem;
import org.guestmount.cache.writebehind.DraftFilesystem;
import org.guestmount.cache.writebehind.WriteBehindFilesystem;
import org.guestmount.core.drive.Drive;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.session.GuestSession;
import org.guestmount.core.session.LaunchException;
import org.guestmount.core.session.LaunchSettings;
import org.guestmount.mount.MountConfig;
import org.guestmount.mount.MountException;
import org.guestmount.mount.MountedGuest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One mount, from its checks until its image is released. */
final class MountRun extends GuestRun {
    private static final Logger LOG = LoggerFactory.getLogger(MountRun.class);

    private final Presence presence;

    /** @param detach whether the caller waits for the mount to be ready, and no longer */
    MountRun(
            GuestmountOptions options,
            LaunchSettings settings,
            Map<String, String> environment,
            boolean detach,
            PrintStream err) {
        super(options, settings, environment, err);
        this.presence = new Presence(options, detach, this.environment);
    }

    @Override
    ExitCode work() throws UserException, LaunchException, MountException, InterruptedException {
        presence.check();
        checkKeys();
        List<Drive> drives = drives(options.readOnly());
        MountedGuest.check(mountConfig(drives.get(0), options.readOnly()));
        MountedGuest.prepare();

        GuestSession session = launch(drives);
        boolean served = true;
        boolean released = false;
        try {
            served = serve(session, drives);
        } finally {
            released = release(session, options.sync()) && !session.lost().isDone();
            presence.withdraw(served && released);
        }
        return served && released ? ExitCode.SUCCESS : ExitCode.FAILURE;
    }

    private MountConfig mountConfig(Drive first, boolean readOnly) {
        return new MountConfig(
                options.mountpoint(),
                readOnly,
                first.image().toString(),
                options.fuseOptions(),
                options.fuseBackend(),
                options.cacheTimeout());
    }

    /** Returns when the mount is gone, by itself or by request: whether all went well. */
    private boolean serve(GuestSession session, List<Drive> drives)
            throws UserException, MountException, InterruptedException {
        boolean writable = mountInGuest(session, drives.size());
        boolean readOnly = options.readOnly() || !writable;
        LOG.info("filesystems mounted in the guest");
        presence.establish(images(drives), readOnly);
        CacheConfig config = new CacheConfig(options.cacheTimeout(), CacheConfig.DEFAULT_MAX_BYTES);
        boolean served;
        boolean defer = !options.readOnly() && options.mounts().stream().noneMatch(MountRequest::isSynchronous);
        GuestFilesystem guest = defer ? new WriteBehindFilesystem(session.filesystem()) : session.filesystem();
        CachingFilesystem caching = new CachingFilesystem(guest, config);
        GuestFilesystem walked = new WalkAheadFilesystem(caching, config);
        // Without a cache nothing is known, and so nothing fetched ahead.
        boolean unchanging = options.readOnly() && !options.cacheTimeout().isZero();
        PrefetchingFilesystem prefetching = unchanging
                ? PrefetchingFilesystem.readOnly(walked, caching, session.drives())
                : PrefetchingFilesystem.writable(walked, caching, session.drives());
        try (GuestFilesystem filesystem = defer ? new DraftFilesystem(prefetching, prefetching) : prefetching) {
            MountEnd end = new MountEnd(MountedGuest.mount(filesystem, mountConfig(drives.get(0), readOnly)));
            try {
                served = serveUntil(end, session.lost());
            } finally {
                end.unmount();
            }
        } catch (GuestFilesystemException e) {
            LOG.error("{}", e.getMessage());
            return false;
        }
        LOG.info("unmounted");
        return served;
    }

    /** Whether anything can be written to. */
    private boolean mountInGuest(GuestSession session, int drives) throws UserException, InterruptedException {
        Keys keys = options.keys().keys(report::finish);
        GuestVolumes volumes = new GuestVolumes(session.machine(), keys, session::addMemory, clevis);
        GuestMounts mounts = new GuestMounts(session.machine(), volumes, report::notice);
        try {
            mounts.awaitDrives(drives);
            SystemMounts.Choice system = options.system();
            if (system != null) {
                new SystemMounts(session.machine(), session.filesystem(), volumes, mounts, report::notice)
                        .mount(system);
            }
            mounts.mount(options.mounts());
        } finally {
            keys.forget();
        }
        return mounts.areWritable();
    }

    private boolean serveUntil(MountEnd end, CompletableFuture<Void> lost) throws UserException, InterruptedException {
        LOG.info("mounted on {}", options.mountpoint());
        termination.enter(end::unmount);
        CompletableFuture<Void> unmountedWhenLost = lost.thenRunAsync(() -> {
            LOG.error("the guest has died; what it had not written to the image yet is lost");
            end.unmount();
        });
        presence.announce();
        // Some of the signals can be caught only now that the caller is left.
        Signals.onTermination(termination::request);
        // Gives back what starting took, which after building an appliance is hundreds of megabytes.
        System.gc();
        return end.await() && !lost.isDone() && !unmountedWhenLost.isDone();
    }
}
