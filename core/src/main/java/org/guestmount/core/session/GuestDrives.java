package org.guestmount.core.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.guestmount.core.drive.RawDrives;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.qemu.NbdDrives;
import org.guestmount.core.qemu.QmpClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data of a guest's drives: from the image itself where that has it, else from QEMU, which is asked to serve it when it is first
 * needed.
 *
 * <p>Owns: the images as far as they are read here, and the connections to QEMU.
 *
 * <p>Threads: any.
 */
final class GuestDrives implements DriveData, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GuestDrives.class);
    private static final String SOCKET = "nbd";

    private final RawDrives raw;
    private final QmpClient monitor;
    private final int count;
    private final List<Path> socketFolders;

    @GuardedBy("this")
    private boolean served;

    private volatile @Nullable NbdDrives nbd;

    /**
     * @param count of all drives
     * @param socketFolders where a socket may be for a moment, the best first
     */
    GuestDrives(RawDrives raw, QmpClient monitor, int count, List<Path> socketFolders) {
        this.raw = raw;
        this.monitor = monitor;
        this.count = count;
        this.socketFolders = List.copyOf(socketFolders);
    }

    @Override
    public boolean read(int drive, long offset, ByteBuffer destination) throws IOException {
        int start = destination.position();
        if (raw.read(drive, offset, destination)) {
            return true;
        }
        NbdDrives other = nbd;
        if (other == null) {
            other = serve();
        }
        return other != null && other.read(drive, offset, destination.position(start));
    }

    /** Null if QEMU cannot serve its drives, which is found out once. */
    private synchronized @Nullable NbdDrives serve() {
        if (!served) {
            served = true;
            try (RunFolder folder = RunFolder.forSockets(socketFolders)) {
                nbd = NbdDrives.connect(monitor, count, folder.path().resolve(SOCKET));
            } catch (IOException e) {
                LOG.info("QEMU cannot serve the drives' data, so all is read through the guest: {}", e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return nbd;
    }

    @Override
    public synchronized void close() throws IOException {
        served = true;
        try (raw) {
            if (nbd != null) {
                nbd.close();
            }
        }
    }
}
