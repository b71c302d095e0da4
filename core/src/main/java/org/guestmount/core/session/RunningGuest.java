package org.guestmount.core.session;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.json.JsonObject;
import org.guestmount.core.qemu.QemuProcess;
import org.guestmount.core.qemu.QmpClient;
import org.guestmount.core.qemu.QmpException;
import org.guestmount.core.rpc.DaemonChannel;
import org.guestmount.core.rpc.DataWindow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A guest that answers.
 *
 * <p>Owns: the QEMU process, its monitor, the daemon's channel and the images as far as they are read here.
 */
final class RunningGuest implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningGuest.class);

    /** Powering off takes a tenth of a second. */
    private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(5);

    private final QemuProcess process;
    private final QmpClient monitor;
    private final DaemonChannel channel;
    private final DataWindow window;
    private final GuestDrives drives;

    RunningGuest(QemuProcess process, QmpClient monitor, DaemonChannel channel, DataWindow window, GuestDrives drives) {
        this.process = process;
        this.monitor = monitor;
        this.channel = channel;
        this.window = window;
        this.drives = drives;
    }

    DaemonChannel channel() {
        return channel;
    }

    /** The memory shared with it. */
    DataWindow window() {
        return window;
    }

    /** What of its drives can be read without it. */
    DriveData drives() {
        return drives;
    }

    QmpClient monitor() {
        return monitor;
    }

    QemuProcess process() {
        return process;
    }

    /** Completes when the guest cannot be reached any more. */
    CompletableFuture<Void> gone() {
        return CompletableFuture.anyOf(process.exited(), channel.closed()).thenAccept(ignored -> {});
    }

    /** Waits for QEMU to end by itself after the guest powered off; has it quit if it does not. */
    void awaitExit() throws InterruptedException {
        if (!process.awaitExit(EXIT_TIMEOUT)) {
            LOG.warn("the guest was told to power off and did not");
            quit();
        }
    }

    /** Has QEMU end, writing back what it caches but asking the guest for nothing. */
    void quit() throws InterruptedException {
        try {
            monitor.execute("quit", new JsonObject(), EXIT_TIMEOUT);
        } catch (QmpException e) {
            LOG.debug("quit", e);
        }
        if (!process.awaitExit(EXIT_TIMEOUT)) {
            LOG.warn("QEMU did not quit, and is killed");
        }
    }

    /** Kills QEMU if it still runs. */
    @Override
    public void close() {
        process.close();
        monitor.close();
        channel.close();
        try {
            drives.close();
        } catch (IOException e) {
            LOG.debug("closing the images", e);
        }
    }
}
