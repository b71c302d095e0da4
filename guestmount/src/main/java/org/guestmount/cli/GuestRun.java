package org.guestmount.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.guestmount.appliance.image.ApplianceBuilder;
import org.guestmount.appliance.image.ApplianceSettings;
import org.guestmount.core.drive.Drive;
import org.guestmount.core.libvirt.Libvirt;
import org.guestmount.core.session.GuestSession;
import org.guestmount.core.session.LaunchException;
import org.guestmount.core.session.LaunchSettings;
import org.guestmount.core.session.SessionConfig;
import org.guestmount.mount.MountException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A piece of work with a guest of its own, which signals interrupt. Used once, on the main thread. */
abstract sealed class GuestRun permits MountRun, ListRun {
    private static final Logger LOG = LoggerFactory.getLogger(GuestRun.class);

    final GuestmountOptions options;
    final Map<String, String> environment;
    final LaunchReport report;
    final Termination termination = new Termination(Thread.currentThread()::interrupt);

    final ClevisProgram clevis;

    private final LaunchSettings settings;
    private final PrintStream err;

    GuestRun(GuestmountOptions options, LaunchSettings settings, Map<String, String> environment, PrintStream err) {
        this.options = options;
        this.settings = settings;
        this.environment = Map.copyOf(environment);
        this.err = err;
        this.clevis = new ClevisProgram(settings.searchPath());
        this.report = LaunchReport.onStandardError("guestmount", err);
    }

    /** Returns when the guest is gone and its images are released. */
    final ExitCode run() {
        Signals.onTermination(termination::request);
        try {
            return work();
        } catch (UserException | LaunchException | MountException e) {
            complain(termination.isRequested() ? "interrupted" : String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            complain("interrupted");
        }
        return ExitCode.FAILURE;
    }

    abstract ExitCode work() throws UserException, LaunchException, MountException, InterruptedException;

    private void complain(String message) {
        report.finish();
        err.println("guestmount: " + message);
    }

    /** Finds out before the guest is launched whether its keys can be had then. */
    final void checkKeys() throws UserException {
        if (options.keys().needClevis()) {
            clevis.check();
        }
    }

    /** The drives of the command line, in the order the guest sees them; at least one. */
    final List<Drive> drives(boolean readOnly) throws UserException, InterruptedException {
        Libvirt libvirt = new Libvirt(settings.searchPath(), options.drives().connection());
        List<Drive> drives = new ArrayList<>();
        for (AddedDrives added : options.drives().all()) {
            drives.addAll(added.drives(readOnly, libvirt));
        }
        if (drives.size() > SessionConfig.MAX_DRIVES) {
            throw new UserException(drives.size() + " disk images given; a guest can have " + SessionConfig.MAX_DRIVES);
        }
        return drives;
    }

    /** What the drives are made of, for people. */
    static List<String> images(List<Drive> drives) {
        return drives.stream().map(drive -> drive.image().toString()).toList();
    }

    /** Launches a guest with these drives; the caller releases it. */
    final GuestSession launch(List<Drive> drives) throws LaunchException, InterruptedException {
        ApplianceBuilder appliances =
                new ApplianceBuilder(ApplianceSettings.fromEnvironment(settings.cacheFolder(), environment));
        return GuestSession.launch(new SessionConfig(drives, settings), appliances, report);
    }

    /** Returns whether everything is on the images. */
    static boolean release(GuestSession session, boolean sync) {
        // An interrupt that came with the request to end is not to cut the ending short.
        boolean interrupted = Thread.interrupted();
        try {
            if (sync) {
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
