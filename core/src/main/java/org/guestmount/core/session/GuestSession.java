package org.guestmount.core.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.guestmount.core.appliance.Appliance;
import org.guestmount.core.appliance.ApplianceSource;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.message.PowerOff;
import org.guestmount.core.protocol.message.UnmountAll;
import org.guestmount.core.qemu.MemoryModules;
import org.guestmount.core.qemu.QmpException;
import org.guestmount.core.rpc.RpcGuestFilesystem;
import org.guestmount.core.rpc.RpcGuestMachine;
import org.guestmount.core.session.LaunchException.Reason;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A launched guest with its drives. It is ready when {@link #launch} returns it, and stays so until it is closed or the
 * guest is {@linkplain #lost lost}.
 *
 * <p>Owns: QEMU, the connections to it and every temporary file. When it is closed, or could not be launched, nothing is
 * left: no process, no file, no lock on an image.
 *
 * <p>Threads: any.
 */
public final class GuestSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GuestSession.class);

    /** Writing the guest's whole memory to a slow disk takes less. */
    private static final Duration UNMOUNT_TIMEOUT = Duration.ofMinutes(5);

    private static final Duration POWER_OFF_TIMEOUT = Duration.ofSeconds(10);

    private final RunningGuest guest;
    private final GuestFilesystem filesystem;
    private final GuestMachine machine;
    private final CompletableFuture<Void> lost = new CompletableFuture<>();

    @GuardedBy("this")
    private int memoryModules;

    /** Null until somebody closes; then completes when that is done. */
    private final AtomicReference<CompletableFuture<Void>> closing = new AtomicReference<>();

    private GuestSession(RunningGuest guest) {
        this.guest = guest;
        filesystem = new RpcGuestFilesystem(guest.channel(), guest.window());
        machine = new RpcGuestMachine(guest.channel());
    }

    /**
     * Launches a guest and waits until it can be used. Drives and QEMU are checked before anything is started.
     *
     * @param listener hears how it goes, and of the console as long as the session lives
     */
    public static GuestSession launch(SessionConfig config, ApplianceSource appliances, LaunchListener listener)
            throws LaunchException, InterruptedException {
        return launch(config, appliances, listener, KvmAccess.HOST);
    }

    /** Builds the appliance and saves a guest, so that launches with these settings need not; does nothing if all is there. */
    public static Appliance prepare(LaunchSettings settings, ApplianceSource appliances, LaunchListener listener)
            throws LaunchException, InterruptedException {
        return Launch.prepare(settings, appliances, listener, KvmAccess.HOST);
    }

    static GuestSession launch(SessionConfig config, ApplianceSource appliances, LaunchListener listener, KvmAccess kvm)
            throws LaunchException, InterruptedException {
        RunningGuest guest = Launch.run(config, appliances, listener, kvm);
        GuestSession session = new GuestSession(guest);
        try {
            session.machine.wake(Timestamp.of(Instant.now()), Entropy.take());
        } catch (GuestFilesystemException e) {
            session.closeWithoutSync();
            throw QemuFailure.withConsole(
                    Reason.GUEST_DIED,
                    "the guest answered, and failed at once: " + e.getMessage(),
                    guest.process().console().tail(QemuFailure.CONSOLE_LINES));
        }
        session.watch();
        listener.milestone(LaunchMilestone.READY);
        return session;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what depends on it is told through lost()
    private void watch() {
        guest.gone().thenRun(() -> {
            if (closing.get() == null) {
                lost.complete(null);
            }
        });
        LOG.debug("the guest runs as process {}", guest.process().pid());
    }

    /** The guest's mounted filesystems. */
    public GuestFilesystem filesystem() {
        return filesystem;
    }

    /** What the guest's drives hold, as far as it can be read without the guest. */
    public DriveData drives() {
        return guest.drives();
    }

    /** Control of the guest. */
    public GuestMachine machine() {
        return machine;
    }

    /**
     * Adds memory to the guest, which has it a moment later.
     *
     * @param bytes at least so many
     * @throws GuestFilesystemException {@code ENOMEM} if QEMU cannot
     */
    public synchronized void addMemory(long bytes) throws GuestFilesystemException, InterruptedException {
        try {
            MemoryModules.add(guest.monitor(), memoryModules++, bytes);
        } catch (QmpException e) {
            throw new GuestFilesystemException(
                    Errno.ENOMEM,
                    "the guest cannot be given " + (bytes >> 20) + " MiB of memory: " + e.getMessage(),
                    e);
        }
    }

    /** Completes if the guest dies by itself; never when the session is closed. What was not synced is lost then. */
    public CompletableFuture<Void> lost() {
        return lost.copy();
    }

    /**
     * Writes everything to the images, unmounts, powers off and waits until QEMU has let go of the images. Takes minutes at
     * most, and has released everything also when it fails. Closing twice does nothing, but waits for the first.
     *
     * @throws IOException if something could not be written to the images, or the guest was lost before it was
     */
    @Override
    public void close() throws IOException {
        end(true);
    }

    /** As {@link #close}, but what the guest has not written back yet is lost. */
    public void closeWithoutSync() {
        try {
            end(false);
        } catch (IOException e) {
            LOG.debug("closed by another thread, which hears of this", e);
        }
    }

    private void end(boolean sync) throws IOException {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        CompletableFuture<Void> first = closing.compareAndExchange(null, ended);
        if (first != null) {
            first.join();
            return;
        }
        try (RunningGuest released = guest) {
            if (sync) {
                stop(released);
            } else {
                released.quit();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the guest was stopped; the latest writes may be lost", e);
        } finally {
            ended.complete(null);
        }
    }

    private void stop(RunningGuest stopping) throws IOException, InterruptedException {
        try {
            ask(new UnmountAll(), UNMOUNT_TIMEOUT, "write everything to the image and unmount");
        } finally {
            try {
                ask(new PowerOff(), POWER_OFF_TIMEOUT, "power off");
            } catch (IOException e) {
                LOG.debug("power off", e);
            }
            stopping.awaitExit();
        }
    }

    private static String reason(@Nullable Throwable cause) {
        return cause == null ? "unknown" : String.valueOf(cause.getMessage());
    }

    private void ask(Request<?> request, Duration timeout, String purpose) throws IOException, InterruptedException {
        CompletableFuture<?> answer = guest.channel().submit(request);
        try {
            answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("the guest could not " + purpose + ": " + reason(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IOException("the guest did not " + purpose + " within " + timeout.toSeconds() + " seconds", e);
        } finally {
            answer.cancel(false);
        }
    }
}
