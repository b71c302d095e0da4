package org.guestmount.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.guestmount.appliance.image.ApplianceBuilder;
import org.guestmount.appliance.image.ApplianceSettings;
import org.guestmount.cache.CacheConfig;
import org.guestmount.cache.CachingFilesystem;
import org.guestmount.cache.PrefetchingFilesystem;
import org.guestmount.cache.WalkAheadFilesystem;
import org.guestmount.cache.writebehind.WriteBehindFilesystem;
import org.guestmount.core.drive.Drive;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.session.GuestSession;
import org.guestmount.core.session.LaunchException;
import org.guestmount.core.session.LaunchSettings;
import org.guestmount.core.session.SessionConfig;
import org.guestmount.mount.MountConfig;
import org.guestmount.mount.MountException;
import org.guestmount.mount.MountedGuest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One mount, from its checks until its image is released. Used once, on the main thread. */
final class MountRun {
    private static final Logger LOG = LoggerFactory.getLogger(MountRun.class);

    private static final int STANDARD_ERROR = 2;

    private final GuestmountOptions options;
    private final LaunchSettings settings;
    private final Map<String, String> environment;
    private final PrintStream err;
    private final LaunchReport report;
    private final Presence presence;
    private final Termination termination = new Termination(Thread.currentThread()::interrupt);

    /** @param detach whether the caller waits for the mount to be ready, and no longer */
    MountRun(
            GuestmountOptions options,
            LaunchSettings settings,
            Map<String, String> environment,
            boolean detach,
            PrintStream err) {
        this.options = options;
        this.settings = settings;
        this.environment = Map.copyOf(environment);
        this.err = err;
        this.report = new LaunchReport("guestmount", err, () -> new NativeProcess().isTerminal(STANDARD_ERROR));
        this.presence = new Presence(options, detach, this.environment);
    }

    /** Returns when the mount is gone and the image released. */
    ExitCode run() {
        Signals.onTermination(termination::request);
        try {
            return mount();
        } catch (UserException | LaunchException | MountException e) {
            complain(termination.isRequested() ? "interrupted" : String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            complain("interrupted");
        }
        return ExitCode.FAILURE;
    }

    private void complain(String message) {
        report.finish();
        err.println("guestmount: " + message);
    }

    private ExitCode mount() throws UserException, LaunchException, MountException, InterruptedException {
        presence.check();
        MountedGuest.check(mountConfig(options.readOnly()));
        MountedGuest.prepare();

        ApplianceBuilder appliances =
                new ApplianceBuilder(ApplianceSettings.fromEnvironment(settings.cacheFolder(), environment));
        GuestSession session = GuestSession.launch(new SessionConfig(drives(), settings), appliances, report);
        boolean served = true;
        boolean released = false;
        try {
            served = serve(session);
        } finally {
            released = release(session) && !session.lost().isDone();
            presence.withdraw(served && released);
        }
        return served && released ? ExitCode.SUCCESS : ExitCode.FAILURE;
    }

    private List<Drive> drives() {
        return options.drives().stream()
                .map(drive -> new Drive(drive.image(), drive.format(), options.readOnly(), drive.blockSize()))
                .toList();
    }

    private MountConfig mountConfig(boolean readOnly) {
        return new MountConfig(
                options.mountpoint(),
                readOnly,
                options.drives().get(0).image().toString(),
                options.fuseOptions(),
                options.fuseBackend(),
                options.cacheTimeout());
    }

    /** Returns when the mount is gone, by itself or by request: whether all went well. */
    private boolean serve(GuestSession session) throws UserException, MountException, InterruptedException {
        boolean writable = new GuestMounts(session.machine(), report::notice)
                .mount(options.mounts(), options.drives().size());
        LOG.info("filesystems mounted in the guest");
        presence.establish();
        CacheConfig caching = new CacheConfig(options.cacheTimeout(), CacheConfig.DEFAULT_MAX_BYTES);
        boolean served;
        boolean defer = !options.readOnly() && options.mounts().stream().noneMatch(MountRequest::isSynchronous);
        GuestFilesystem guest = defer ? new WriteBehindFilesystem(session.filesystem()) : session.filesystem();
        GuestFilesystem cached = new WalkAheadFilesystem(new CachingFilesystem(guest, caching), caching);
        boolean prefetch = options.readOnly() && !options.cacheTimeout().isZero();
        try (GuestFilesystem filesystem = prefetch ? new PrefetchingFilesystem(cached, session.drives()) : cached) {
            MountEnd end = new MountEnd(MountedGuest.mount(filesystem, mountConfig(options.readOnly() || !writable)));
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

    /** Returns whether everything is on the image. */
    private boolean release(GuestSession session) {
        // An interrupt that came with the request to end is not to cut the ending short.
        boolean interrupted = Thread.interrupted();
        try {
            if (options.sync()) {
                session.close();
            } else {
                session.closeWithoutSync();
            }
            LOG.info("image released{}", interrupted ? " after an interrupt" : "");
            return true;
        } catch (IOException e) {
            LOG.error("{}", e.getMessage());
            return false;
        }
    }
}
