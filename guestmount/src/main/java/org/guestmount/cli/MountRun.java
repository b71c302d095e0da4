package org.guestmount.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.guestmount.appliance.image.ApplianceBuilder;
import org.guestmount.appliance.image.ApplianceSettings;
import org.guestmount.cache.CacheConfig;
import org.guestmount.cache.CachingFilesystem;
import org.guestmount.core.drive.Drive;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.session.GuestSession;
import org.guestmount.core.session.LaunchException;
import org.guestmount.core.session.LaunchSettings;
import org.guestmount.core.session.SessionConfig;
import org.guestmount.mount.MountConfig;
import org.guestmount.mount.MountException;
import org.guestmount.mount.MountedGuest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One mount, from its checks until its image is released. Used once, on the main thread. */
final class MountRun {
    private static final Logger LOG = LoggerFactory.getLogger(MountRun.class);

    private final GuestmountOptions options;
    private final LaunchSettings settings;
    private final Map<String, String> environment;
    private final PrintStream err;
    private final boolean detach;
    private final Termination termination = new Termination(Thread.currentThread()::interrupt);
    private @Nullable Presence presence;

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
        this.detach = detach;
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
        err.println("guestmount: " + message);
    }

    private ExitCode mount() throws UserException, LaunchException, MountException, InterruptedException {
        Integer fd = options.readyFd();
        ReadyDescriptor descriptor = fd == null ? null : new ReadyDescriptor(fd);
        if (descriptor != null) {
            descriptor.check();
        }
        Path pidPath = options.pidFile();
        PidFile pidFile = pidPath == null ? null : new PidFile(pidPath);
        if (pidFile != null) {
            pidFile.check();
        }
        MountConfig config = mountConfig();
        MountedGuest.check(config);

        ApplianceBuilder appliances = new ApplianceBuilder(ApplianceSettings.fromEnvironment(environment));
        GuestSession session =
                GuestSession.launch(new SessionConfig(drives(), settings), appliances, new LaunchReport(err));
        boolean served = false;
        try {
            served = serve(session, config, pidFile, descriptor);
        } finally {
            boolean released = release(session);
            if (presence != null) {
                presence.withdraw(released);
            }
            served &= released;
        }
        return served ? ExitCode.SUCCESS : ExitCode.FAILURE;
    }

    private List<Drive> drives() {
        return options.drives().stream()
                .map(drive -> new Drive(drive.image(), drive.format(), options.readOnly(), drive.blockSize()))
                .toList();
    }

    private MountConfig mountConfig() {
        return new MountConfig(
                options.mountpoint(),
                options.readOnly(),
                options.drives().get(0).image().toString(),
                options.fuseOptions(),
                options.cacheTimeout());
    }

    /** Returns when the mount is gone, by itself or by request: whether the guest lived until then. */
    private boolean serve(
            GuestSession session, MountConfig config, @Nullable PidFile pidFile, @Nullable ReadyDescriptor descriptor)
            throws UserException, MountException, InterruptedException {
        new GuestMounts(session.machine())
                .mount(options.mounts(), options.drives().size());
        LOG.info("filesystems mounted in the guest");
        Presence established = Presence.establish(config.mountpoint(), detach, pidFile, environment);
        presence = established;
        CacheConfig caching = new CacheConfig(options.cacheTimeout(), CacheConfig.DEFAULT_MAX_BYTES);
        boolean served;
        try (GuestFilesystem filesystem = new CachingFilesystem(session.filesystem(), caching)) {
            MountEnd end = new MountEnd(MountedGuest.mount(filesystem, config));
            try {
                LOG.info("mounted on {}", config.mountpoint());
                termination.enter(end::unmount);
                CompletableFuture<Void> lost = session.lost().thenRunAsync(() -> {
                    LOG.error("the guest has died; what it had not written to the image yet is lost");
                    end.unmount();
                });
                established.announce(descriptor);
                // Gives back what starting took, which after building an appliance is hundreds of megabytes.
                System.gc();
                served = end.await() && !lost.isDone();
            } finally {
                end.unmount();
            }
        } catch (GuestFilesystemException e) {
            LOG.error("{}", e.getMessage());
            return false;
        }
        LOG.info("unmounted");
        return served && !session.lost().isDone();
    }

    /** Returns whether everything is on the image. */
    private boolean release(GuestSession session) {
        // What comes from here on is not to be cut short by the interrupt that led here.
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
