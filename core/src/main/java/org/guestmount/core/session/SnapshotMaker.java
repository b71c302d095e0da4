package org.guestmount.core.session;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.guestmount.core.json.JsonObject;
import org.guestmount.core.protocol.message.UnmountAll;
import org.guestmount.core.qemu.Accelerator;
import org.guestmount.core.qemu.GuestDisk;
import org.guestmount.core.qemu.GuestDisks;
import org.guestmount.core.qemu.QmpClient;
import org.guestmount.core.rpc.RpcGuestFilesystem;
import org.guestmount.core.rpc.RpcGuestMachine;
import org.guestmount.core.snapshot.SnapshotStore;

/** Boots a guest, has it do all it will have to do once, and saves it. */
final class SnapshotMaker {
    private static final int STEPS = 3;

    /** Holds nothing; what there is to know of it is that. */
    private static final long SCRATCH_BYTES = 16 << 20;

    private static final int DETACH_MILLIS = 10_000;
    private static final int DETACH_POLL_MILLIS = 5;

    private static final String FILESYSTEM = "rehearsal.ext4.gz";

    private final Start start;
    private final LaunchListener listener;

    SnapshotMaker(Start start, LaunchListener listener) {
        this.start = start;
        this.listener = listener;
    }

    /**
     * Saves a guest under this key.
     *
     * @param timeout until the guest has booted
     * @throws LaunchException if it cannot be booted
     * @throws IOException if it cannot be saved
     */
    void make(SnapshotStore.Saving saving, String key, Accelerator accelerator, boolean sandbox, Duration timeout)
            throws IOException, InterruptedException {
        listener.applianceStep(1, STEPS, "booting it once");
        try (RunningGuest guest = start.bootToSave(accelerator, sandbox, saving.memory(), timeout);
                RunFolder folder = RunFolder.forSockets(start.settings().socketFolders())) {
            listener.applianceStep(2, STEPS, "having it rehearse");
            rehearse(guest, folder.path());
            listener.applianceStep(3, STEPS, "saving its state");
            ByteBuffer state = SavedState.save(guest.monitor(), folder.path().resolve("state"));
            saving.publish(key, guest.monitor().version(), state);
        }
    }

    private static void rehearse(RunningGuest guest, Path folder) throws IOException, InterruptedException {
        RpcGuestMachine machine = new RpcGuestMachine(guest.channel());
        Rehearsal rehearsal = new Rehearsal(machine, new RpcGuestFilesystem(guest.channel(), guest.window()));
        GuestDisks.attach(guest.monitor(), scratchDisk(folder.resolve("scratch")), 0);
        rehearsal.useDisk();
        detachDisk(guest.monitor(), machine);
        GuestDisks.attach(guest.monitor(), disk(unpackedFilesystem(folder.resolve("filesystem"))), 0);
        rehearsal.useFilesystem();
        guest.channel().call(new UnmountAll());
        detachDisk(guest.monitor(), machine);
        rehearsal.useFiles();
        guest.channel().call(new UnmountAll());
        machine.settle();
    }

    /** The guest takes notice in its own time, and must not take the next disk for this one. */
    private static void detachDisk(QmpClient monitor, RpcGuestMachine machine)
            throws IOException, InterruptedException {
        GuestDisks.detach(monitor, 0);
        for (int waited = 0; !machine.blockDevices(0).isEmpty(); waited += DETACH_POLL_MILLIS) {
            if (waited > DETACH_MILLIS) {
                throw new IOException("the guest still has a disk that was taken away");
            }
            Thread.sleep(DETACH_POLL_MILLIS);
        }
    }

    private static GuestDisk scratchDisk(Path file) throws IOException {
        try (FileChannel scratch = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            scratch.write(ByteBuffer.allocate(1), SCRATCH_BYTES - 1);
        }
        return disk(file);
    }

    /** An ext4 filesystem with the files that {@link Rehearsal#useFilesystem} reads, made by mke2fs. */
    private static Path unpackedFilesystem(Path file) throws IOException {
        try (InputStream packed =
                Objects.requireNonNull(SnapshotMaker.class.getResourceAsStream(FILESYSTEM), FILESYSTEM)) {
            Files.copy(new GZIPInputStream(packed), file);
        }
        return file;
    }

    private static GuestDisk disk(Path file) {
        JsonObject node = new JsonObject()
                .put("driver", "raw")
                .put("file", new JsonObject().put("driver", "file").put("filename", file.toString()));
        return new GuestDisk(node, null, null);
    }
}
