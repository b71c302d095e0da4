package org.guestmount.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.guestmount.core.drive.Drive;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.session.GuestSession;
import org.guestmount.core.session.LaunchException;
import org.guestmount.core.session.LaunchSettings;

/** {@code --list}: prints what a guest consists of. Its images are not changed, so one in use can be listed. */
final class ListRun extends GuestRun {
    private final PrintStream out;

    ListRun(
            GuestmountOptions options,
            LaunchSettings settings,
            Map<String, String> environment,
            PrintStream out,
            PrintStream err) {
        super(options, settings, environment, err);
        this.out = out;
    }

    @Override
    ExitCode work() throws UserException, LaunchException, InterruptedException {
        checkKeys();
        List<Drive> drives = drives(true);
        GuestSession session = launch(drives);
        Keys keys = options.keys().keys(report::finish);
        GuestListing listing;
        try {
            session.machine().blockDevices(drives.size());
            GuestVolumes volumes = new GuestVolumes(session.machine(), keys, session::addMemory, clevis);
            volumes.openGiven();
            volumes.notes().forEach(report::notice);
            listing = GuestListing.of(session.machine(), images(drives));
        } catch (GuestFilesystemException e) {
            throw new UserException("the guest cannot list its disks: " + e.getMessage(), e);
        } finally {
            keys.forget();
            release(session, false);
        }
        return GuestmountCommand.print(options.json() ? listing.json() + "\n" : listing.text(), out);
    }
}
