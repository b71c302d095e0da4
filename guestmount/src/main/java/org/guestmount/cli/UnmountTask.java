package org.guestmount.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.guestmount.cli.Fusermount.Attempt;
import org.guestmount.cli.Fusermount.Outcome;
import org.guestmount.mount.MountTable;

/** What guestunmount does once its command line is understood. */
final class UnmountTask {
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(16);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(10);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final GuestunmountOptions options;
    private final Host host;
    private final PrintStream err;

    /** The machine it works on. */
    interface Host {
        MountTable mounts() throws IOException;

        /** Tries once. */
        Attempt unmount(Path mountpoint) throws InterruptedException;

        /** What guestmount processes of this user have left to know of them. */
        MountRecords records(int user);

        void pause(Duration time) throws InterruptedException;
    }

    UnmountTask(GuestunmountOptions options, Host host, PrintStream err) {
        this.options = options;
        this.host = host;
        this.err = err;
    }

    ExitCode run() throws IOException, InterruptedException {
        Integer fd = options.hangupFd();
        if (fd != null) {
            HangupPipe.awaitHangup(fd);
        }
        Optional<MountTable.Mount> found = find(options.directory());
        if (found.isEmpty()) {
            complain(options.directory() + ": not mounted");
            return ExitCode.NOT_MOUNTED;
        }
        MountTable.Mount mount = found.get();
        if (!mount.isFuse()) {
            complain(
                    mount.path() + ": holds a mount of type " + mount.type() + ", not one of guestmount's; use umount");
            return ExitCode.STILL_MOUNTED;
        }
        // To be found before unmounting, for the process that serves the mount removes it as it ends.
        Optional<MountRecords> records = mount.userId().map(host::records);
        Optional<MountRecord> record = records.flatMap(all -> all.find(mount.path()));
        if (!unmount(mount)) {
            return ExitCode.STILL_MOUNTED;
        }
        return record.isPresent() ? awaitRelease(records.get(), record.get()) : ExitCode.SUCCESS;
    }

    /**
     * The mount at a directory, whatever way its path is written. The directory itself is not asked as long as it need
     * not be, for a mount whose server is dead or stuck does not answer.
     */
    private Optional<MountTable.Mount> find(Path directory) throws IOException {
        MountTable mounts = host.mounts();
        Path parent = directory.getParent();
        Path name = directory.getFileName();
        if (parent == null || name == null) {
            return mounts.at(directory);
        }
        try {
            boolean special = name.toString().equals("..") || name.toString().equals(".");
            Path canonical =
                    special ? directory.toRealPath() : parent.toRealPath().resolve(name);
            Optional<MountTable.Mount> mount = mounts.at(canonical);
            return mount.isEmpty() && Files.isSymbolicLink(canonical) ? mounts.at(canonical.toRealPath()) : mount;
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private boolean unmount(MountTable.Mount mount) throws IOException, InterruptedException {
        Duration pause = Duration.ofSeconds(1);
        for (int retriesLeft = options.retries(); ; retriesLeft--) {
            Attempt attempt = host.unmount(mount.path());
            if (attempt.outcome() == Outcome.UNMOUNTED) {
                report(mount.path() + ": unmounted");
                return true;
            }
            List<MountTable.Mount> below = host.mounts().below(mount.path());
            boolean mayHelp = attempt.outcome() == Outcome.BUSY && below.isEmpty();
            if (!mayHelp || retriesLeft == 0) {
                explain(mount, attempt, below);
                return false;
            }
            report(attempt.message() + "; trying again in " + pause.toSeconds() + " s");
            host.pause(pause);
            pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
        }
    }

    private void explain(MountTable.Mount mount, Attempt attempt, List<MountTable.Mount> below) {
        complain(attempt.message());
        for (MountTable.Mount other : below) {
            complain(other.path() + ": unmount this " + other.type() + " filesystem first");
        }
        if (attempt.outcome() == Outcome.BUSY && below.isEmpty() && !options.quiet()) {
            List<MountUsers.User> users = new MountUsers(mount).find();
            users.forEach(user -> complain(user.toString()));
            complain(
                    users.isEmpty()
                            ? "no process of yours uses it; one of another user may, see: sudo fuser -vm "
                                    + mount.path()
                            : "end what uses it, or leave the folder, and try again");
        }
    }

    private ExitCode awaitRelease(MountRecords records, MountRecord record) throws IOException, InterruptedException {
        if (options.waitForRelease()) {
            awaitEnd(record);
        } else if (record.process().isRunning()) {
            return ExitCode.SUCCESS;
        }
        if (!records.contains(record)) {
            report("the image is released");
            return ExitCode.SUCCESS;
        }
        records.remove(record);
        Path log = record.log();
        if (log != null) {
            LogFile.removeIfEmpty(log);
        }
        complain("guestmount (process " + record.process().pid()
                + ") did not end as it should; recent changes may be lost"
                + (log != null && Files.exists(log) ? "; see " + log : ""));
        return ExitCode.FAILURE;
    }

    private void awaitEnd(MountRecord record) throws InterruptedException {
        Duration waited = Duration.ZERO;
        while (record.process().isRunning()) {
            host.pause(POLL_INTERVAL);
            waited = waited.plus(POLL_INTERVAL);
            if (waited.equals(PATIENCE)) {
                complain("waiting for guestmount (process " + record.process().pid()
                        + ") to write its data and release the image; interrupting this does not interrupt that");
            }
        }
    }

    private void complain(String message) {
        if (!options.quiet()) {
            err.println("guestunmount: " + message);
        }
    }

    private void report(String message) {
        if (options.verbose()) {
            err.println("guestunmount: " + message);
        }
    }
}
