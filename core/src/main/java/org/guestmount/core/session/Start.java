package org.guestmount.core.session;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.guestmount.core.appliance.Appliance;
import org.guestmount.core.drive.Drive;
import org.guestmount.core.drive.DriveImage;
import org.guestmount.core.drive.RawDrives;
import org.guestmount.core.drive.ReadOnlyOverlay;
import org.guestmount.core.host.UnixListener;
import org.guestmount.core.json.JsonObject;
import org.guestmount.core.qemu.Accelerator;
import org.guestmount.core.qemu.GuestDisk;
import org.guestmount.core.qemu.GuestDisks;
import org.guestmount.core.qemu.QemuCommandLine;
import org.guestmount.core.qemu.QemuConfig;
import org.guestmount.core.qemu.QemuConfig.GuestMemory;
import org.guestmount.core.qemu.QemuProcess;
import org.guestmount.core.qemu.QmpClient;
import org.guestmount.core.qemu.QmpException;
import org.guestmount.core.rpc.DaemonChannel;
import org.guestmount.core.rpc.DaemonListener;
import org.guestmount.core.rpc.DataWindow;
import org.guestmount.core.session.LaunchException.Reason;
import org.guestmount.core.snapshot.Snapshot;
import org.guestmount.core.snapshot.SnapshotException;
import org.jspecify.annotations.Nullable;

/**
 * Starts one QEMU and waits until its guest answers. May be tried several times.
 *
 * @param images of the drives, in the same order
 */
record Start(
        Path qemu,
        LaunchSettings settings,
        List<Drive> drives,
        List<DriveImage> images,
        Appliance appliance,
        LaunchListener listener) {
    /** What every machine's name begins with. */
    static final String NAME = "guestmount";

    private static final String DAEMON_SOCKET = "daemon";
    private static final String MONITOR_SOCKET = "monitor";
    private static final String STATE_SOCKET = "state";
    private static final String WINDOW_FILE = "window";

    /** Files that are in memory and nowhere else. Source: shm_overview(7). */
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private static final Duration MONITOR_TIMEOUT = Duration.ofSeconds(30);

    /** A second processor lets the guest work while its daemon talks; more would only fight over the host's. */
    private static final int MAX_PROCESSORS = 2;

    /** Enough to write a guest's memory to a disk that is not very slow. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private static final int CONSOLE_LINES = QemuFailure.CONSOLE_LINES;

    /** How long after its end is seen on one side, QEMU's exit may take to be seen. */
    private static final long EXIT_SECONDS = 2;

    /**
     * Boots a guest with the drives; whatever was acquired is released if that fails.
     *
     * @param sandbox whether QEMU is to deny itself what it does not need
     * @param timeout until the daemon answers
     */
    RunningGuest boot(Accelerator accelerator, boolean sandbox, Duration timeout)
            throws LaunchException, InterruptedException {
        return start(machine(accelerator, sandbox, null), images, null, timeout);
    }

    /** Boots a guest without drives that is to be saved; its memory is the file, which does not exist yet. */
    RunningGuest bootToSave(Accelerator accelerator, boolean sandbox, Path memory, Duration timeout)
            throws LaunchException, InterruptedException {
        return start(machine(accelerator, sandbox, new GuestMemory(memory, false)), List.of(), null, timeout);
    }

    /** Resumes a saved guest and gives it the drives. */
    RunningGuest resume(Accelerator accelerator, boolean sandbox, Snapshot saved, Duration timeout)
            throws LaunchException, InterruptedException {
        return start(machine(accelerator, sandbox, new GuestMemory(saved.memory(), true)), images, saved, timeout);
    }

    private RunningGuest start(
            QemuConfig machine, List<DriveImage> attached, @Nullable Snapshot saved, Duration timeout)
            throws LaunchException, InterruptedException {
        try (Acquired files = new Acquired();
                Acquired guest = new Acquired()) {
            RunFolder folder = files.add(RunFolder.forSockets(settings.socketFolders()));
            DaemonListener daemon = files.add(DaemonListener.bind(folder.path().resolve(DAEMON_SOCKET)));
            UnixListener monitors = files.add(UnixListener.bind(folder.path().resolve(MONITOR_SOCKET)));

            DataWindow window = window(files, folder);
            QemuProcess process = guest.add(QemuProcess.start(
                    QemuCommandLine.of(machine, name()), folder.path(), GRACE, listener::consoleLine));
            listener.milestone(LaunchMilestone.QEMU_STARTED);
            CompletableFuture<Integer> exited = process.exited();
            CompletableFuture<Void> stopsWaiting = exited.thenAccept(status -> closeQuietly(daemon, monitors));
            try {
                CompletableFuture<Void> checked =
                        saved == null ? CompletableFuture.completedFuture(null) : checkMemory(saved);
                RawDrives raw = guest.add(new RawDrives());
                List<GuestDisk> disks = disks(files, attached, raw);
                QmpClient monitor = guest.add(QmpClient.open(monitors.accept(timeout), event -> {}, MONITOR_TIMEOUT));
                if (saved != null) {
                    SavedState.load(monitor, saved, folder.path().resolve(STATE_SOCKET));
                }
                attach(monitor, disks);
                if (saved != null) {
                    join(checked);
                    monitor.execute("cont", new JsonObject(), MONITOR_TIMEOUT);
                    listener.milestone(LaunchMilestone.GUEST_RESUMED);
                }
                DaemonChannel channel = guest.add(daemon.accept(timeout));
                listener.milestone(LaunchMilestone.DAEMON_ANSWERED);
                process.guestMayHoldData();
                GuestDrives data = guest.add(new GuestDrives(raw, monitor, disks.size(), settings.socketFolders()));
                guest.handOver();
                return new RunningGuest(process, monitor, channel, window, data);
            } catch (InterruptedIOException | TimeoutException e) {
                throw QemuFailure.silent(timeout.toSeconds(), process.console().tail(CONSOLE_LINES));
            } catch (SnapshotException e) {
                throw new LaunchException(Reason.SNAPSHOT, String.valueOf(e.getMessage()), e);
            } catch (LaunchException e) {
                throw e;
            } catch (IOException e) {
                throw failure(e, process, exited, machine.accelerator());
            } finally {
                stopsWaiting.cancel(false);
            }
        } catch (LaunchException e) {
            throw e;
        } catch (IOException e) {
            throw new LaunchException(Reason.HOST, "cannot start QEMU: " + e.getMessage(), e);
        }
    }

    /** Makes the memory to be shared: a file that is not written to a disk, unless there is no place for such. */
    private static DataWindow window(Acquired files, RunFolder folder) throws IOException {
        Path file = folder.path().resolve(WINDOW_FILE);
        if (Files.isWritable(SHARED_MEMORY)) {
            Path inMemory = files.add(RunFolder.in(SHARED_MEMORY)).path().resolve(WINDOW_FILE);
            Files.createSymbolicLink(file, inMemory);
        }
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(Appliance.WINDOW_BYTES);
        }
        return DataWindow.map(file);
    }

    private static CompletableFuture<Void> checkMemory(Snapshot saved) {
        CompletableFuture<Void> checked = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        saved.checkMemory();
                        checked.complete(null);
                    } catch (IOException | RuntimeException e) {
                        checked.completeExceptionally(e);
                    }
                },
                "check-memory");
        thread.setDaemon(true);
        thread.start();
        return checked;
    }

    private static void join(CompletableFuture<Void> checked) throws IOException, InterruptedException {
        try {
            checked.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SnapshotException damaged
                    ? damaged
                    : new SnapshotException("a saved guest's memory cannot be read: " + e.getCause());
        }
    }

    private void attach(QmpClient monitor, List<GuestDisk> disks) throws IOException, InterruptedException {
        for (int i = 0; i < disks.size(); i++) {
            try {
                GuestDisks.attach(monitor, disks.get(i), i);
            } catch (QmpException e) {
                if (e.isGone()) {
                    throw e;
                }
                throw QemuFailure.refusedDrive(drives.get(i).image(), String.valueOf(e.getMessage()));
            }
        }
    }

    private List<GuestDisk> disks(Acquired files, List<DriveImage> attached, RawDrives raw) throws IOException {
        RunFolder overlays = null;
        List<GuestDisk> disks = new ArrayList<>();
        for (int i = 0; i < attached.size(); i++) {
            Drive drive = drives.get(i);
            DriveImage image = attached.get(i);
            if (drive.readOnly()) {
                if (overlays == null) {
                    overlays = files.add(RunFolder.in(settings.temporaryFolder()));
                }
                ReadOnlyOverlay overlay =
                        files.add(ReadOnlyOverlay.create(overlays.path().resolve("drive" + i + ".qcow2"), image));
                raw.add(i, image, overlay.file());
                disks.add(new GuestDisk(overlay.node(), image.secret(), drive.blockSize()));
            } else {
                raw.add(i, image, null);
                disks.add(new GuestDisk(image.writableNode(), image.secret(), drive.blockSize()));
            }
        }
        return disks;
    }

    /** Tells people who look for the process that holds an image. */
    private String name() {
        List<String> words = new ArrayList<>(List.of(NAME));
        drives.forEach(drive -> words.add(drive.image().toString()));
        return String.join(" ", words);
    }

    /** The machine, whatever is to become of it. */
    QemuConfig machine(Accelerator accelerator, boolean sandbox, @Nullable GuestMemory memory) {
        return new QemuConfig(
                qemu,
                accelerator,
                sandbox,
                settings.memoryMebibytes(),
                Math.min(MAX_PROCESSORS, Runtime.getRuntime().availableProcessors()),
                appliance,
                settings.kernelArguments(),
                settings.debug() && memory == null,
                memory,
                WINDOW_FILE,
                DAEMON_SOCKET,
                MONITOR_SOCKET);
    }

    /** Why the connection failed: most likely QEMU has ended, or is about to. */
    private LaunchException failure(
            IOException e, QemuProcess process, CompletableFuture<Integer> exited, Accelerator accelerator)
            throws InterruptedException {
        try {
            return QemuFailure.ended(
                    exited.get(EXIT_SECONDS, TimeUnit.SECONDS),
                    process.messages().tail(CONSOLE_LINES),
                    process.console().tail(CONSOLE_LINES),
                    accelerator,
                    settings.memoryMebibytes());
        } catch (TimeoutException alive) {
            return QemuFailure.withConsole(
                    Reason.GUEST_DIED,
                    "the guest's daemon cannot be talked to: " + e.getMessage(),
                    process.console().tail(CONSOLE_LINES));
        } catch (ExecutionException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static void closeQuietly(DaemonListener daemon, UnixListener monitors) {
        try (daemon) {
            monitors.close();
        } catch (IOException e) {
            // Its only purpose here is to end a wait, and it did that first.
            return;
        }
    }
}
