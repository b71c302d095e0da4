package org.guestmount.core.session;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
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
import org.guestmount.core.drive.ReadOnlyOverlay;
import org.guestmount.core.qemu.Accelerator;
import org.guestmount.core.qemu.GuestDisk;
import org.guestmount.core.qemu.QemuCommandLine;
import org.guestmount.core.qemu.QemuConfig;
import org.guestmount.core.qemu.QemuProcess;
import org.guestmount.core.qemu.QmpClient;
import org.guestmount.core.rpc.DaemonChannel;
import org.guestmount.core.rpc.DaemonListener;
import org.guestmount.core.session.LaunchException.Reason;

/**
 * Starts one QEMU and waits until its guest answers. May be tried several times.
 *
 * @param images of the configuration's drives, in the same order
 */
record Boot(Path qemu, SessionConfig config, List<DriveImage> images, Appliance appliance, LaunchListener listener) {
    private static final String DAEMON_SOCKET = "daemon";
    private static final String MONITOR_SOCKET = "monitor";
    private static final Duration MONITOR_TIMEOUT = Duration.ofSeconds(10);

    /** A second processor lets the guest work while its daemon talks; more would only fight over the host's. */
    private static final int MAX_PROCESSORS = 2;

    /** Enough to write a guest's memory to a disk that is not very slow. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private static final int CONSOLE_LINES = QemuFailure.CONSOLE_LINES;

    /** How long after its end is seen on one side, QEMU's exit may take to be seen. */
    private static final long EXIT_SECONDS = 2;

    /**
     * One attempt; whatever was acquired is released if it fails.
     *
     * @param sandbox whether QEMU is to deny itself what it does not need
     * @param timeout until the daemon answers
     */
    RunningGuest attempt(Accelerator accelerator, boolean sandbox, Duration timeout)
            throws LaunchException, InterruptedException {
        try (Acquired files = new Acquired();
                Acquired guest = new Acquired()) {
            RunFolder folder = files.add(RunFolder.forSockets(config.settings().socketFolders()));
            List<GuestDisk> disks = disks(files);
            DaemonListener daemon = files.add(DaemonListener.bind(folder.path().resolve(DAEMON_SOCKET)));
            ServerSocketChannel monitors = files.add(ServerSocketChannel.open(StandardProtocolFamily.UNIX));
            monitors.bind(UnixDomainSocketAddress.of(folder.path().resolve(MONITOR_SOCKET)));

            QemuProcess process = guest.add(QemuProcess.start(
                    QemuCommandLine.of(machine(accelerator, sandbox, disks)),
                    folder.path(),
                    GRACE,
                    listener::consoleLine));
            listener.milestone(LaunchMilestone.QEMU_STARTED);
            DaemonChannel channel = guest.add(await(daemon, process, accelerator, timeout));
            listener.milestone(LaunchMilestone.DAEMON_ANSWERED);
            QmpClient monitor = guest.add(QmpClient.open(monitors.accept(), event -> {}, MONITOR_TIMEOUT));
            process.guestMayHoldData();
            guest.handOver();
            return new RunningGuest(process, monitor, channel);
        } catch (LaunchException e) {
            throw e;
        } catch (IOException e) {
            throw new LaunchException(Reason.HOST, "cannot start QEMU: " + e.getMessage(), e);
        }
    }

    private List<GuestDisk> disks(Acquired files) throws IOException {
        RunFolder overlays = null;
        List<GuestDisk> disks = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            Drive drive = config.drives().get(i);
            DriveImage image = images.get(i);
            if (drive.readOnly()) {
                if (overlays == null) {
                    overlays = files.add(RunFolder.in(config.settings().temporaryFolder()));
                }
                ReadOnlyOverlay overlay =
                        files.add(ReadOnlyOverlay.create(overlays.path().resolve("drive" + i + ".qcow2"), image));
                disks.add(new GuestDisk(overlay.node(), drive.blockSize()));
            } else {
                disks.add(new GuestDisk(image.writableNode(), drive.blockSize()));
            }
        }
        return disks;
    }

    private QemuConfig machine(Accelerator accelerator, boolean sandbox, List<GuestDisk> disks) {
        return new QemuConfig(
                qemu,
                accelerator,
                sandbox,
                config.settings().memoryMebibytes(),
                Math.min(MAX_PROCESSORS, Runtime.getRuntime().availableProcessors()),
                appliance,
                config.settings().kernelArguments(),
                config.settings().debug(),
                disks,
                DAEMON_SOCKET,
                MONITOR_SOCKET);
    }

    private DaemonChannel await(DaemonListener daemon, QemuProcess process, Accelerator accelerator, Duration timeout)
            throws IOException, InterruptedException {
        CompletableFuture<Integer> exited = process.exited();
        CompletableFuture<Void> stopsWaiting = exited.thenAccept(status -> closeQuietly(daemon));
        try {
            return daemon.accept(timeout);
        } catch (InterruptedIOException e) {
            throw QemuFailure.silent(timeout.toSeconds(), process.console().tail(CONSOLE_LINES));
        } catch (IOException e) {
            throw failure(e, process, exited, accelerator);
        } finally {
            stopsWaiting.cancel(false);
        }
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
                    config.settings().memoryMebibytes());
        } catch (TimeoutException alive) {
            return QemuFailure.withConsole(
                    Reason.GUEST_DIED,
                    "the guest's daemon cannot be talked to: " + e.getMessage(),
                    process.console().tail(CONSOLE_LINES));
        } catch (ExecutionException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static void closeQuietly(DaemonListener daemon) {
        try {
            daemon.close();
        } catch (IOException e) {
            // Its only purpose here is to end a wait, and it did that first.
            return;
        }
    }
}
