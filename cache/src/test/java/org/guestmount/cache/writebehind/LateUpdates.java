package org.guestmount.cache.writebehind;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.guestmount.cache.CachingFilesystem;
import org.guestmount.cache.PrefetchingFilesystem;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileUpdate;
import org.guestmount.core.fs.FilesystemStatistics;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.TreeChange;
import org.jspecify.annotations.Nullable;

/** Does updates when another thread gets to it, as a guest does: when told to, or by an executor. */
public final class LateUpdates extends ForwardingGuestFilesystem {
    private static final int BLOCK = 4096;

    private final GuestFilesystem guest;
    private final @Nullable Executor executor;
    private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Errno failure;
    private volatile long availableBytes = 1L << 40;

    /** @param executor of updates; null to hold them until {@link #doHeld} */
    public LateUpdates(GuestFilesystem guest, @Nullable Executor executor) {
        super(guest);
        this.guest = guest;
        this.executor = executor;
    }

    /** Write-behind over this, for which no time passes. */
    public GuestFilesystem behind() {
        return new WriteBehindFilesystem(this, () -> 0);
    }

    /** Drafts over a cache, for which no time passes. */
    public static GuestFilesystem drafts(CachingFilesystem cached, DriveData drives) {
        PrefetchingFilesystem prefetching = PrefetchingFilesystem.writable(cached, cached, drives);
        return new DraftFilesystem(prefetching, prefetching, () -> 0);
    }

    @Override
    public CompletableFuture<Void> updateLater(FileUpdate update) {
        ByteBuffer data = ByteBuffer.allocate(update.data().remaining());
        data.put(update.data().duplicate()).flip();
        FileUpdate copy = new FileUpdate(update.file(), update.offset(), data, update.change(), update.release());
        if (executor == null) {
            return CompletableFuture.runAsync(() -> apply(copy), held::add);
        }
        // This frees its number, and with an executor one cannot tell when; models need the same numbers.
        boolean freesNumber = update.release() && isUnlinked(update.file());
        return CompletableFuture.runAsync(() -> apply(copy), freesNumber ? Runnable::run : executor);
    }

    /** The data is copied, as the caller may use it again. */
    @Override
    public CompletableFuture<List<ChangeOutcome>> changeLater(List<TreeChange> changes) {
        List<TreeChange> copies = changes.stream().map(LateUpdates::copied).toList();
        Executor later = executor == null ? held::add : executor;
        return CompletableFuture.supplyAsync(
                () -> copies.stream().map(this::outcome).toList(), later);
    }

    private static TreeChange copied(TreeChange change) {
        if (!(change instanceof TreeChange.MakeFile file)) {
            return change;
        }
        ByteBuffer data = ByteBuffer.allocate(file.data().remaining());
        return file.with(data.put(file.data().duplicate()).flip());
    }

    private ChangeOutcome outcome(TreeChange change) {
        Errno errno = failure;
        return errno == null ? ChangeOutcome.of(change, guest) : new ChangeOutcome(null, errno);
    }

    private boolean isUnlinked(FileHandle file) {
        try {
            return guest.getattr(file).links() == 0;
        } catch (GuestFilesystemException e) {
            return false;
        }
    }

    private void apply(FileUpdate update) {
        try {
            Errno errno = failure;
            if (errno != null) {
                if (update.release()) {
                    guest.release(update.file());
                }
                throw GuestFilesystemException.of(errno, "update", update.file());
            }
            update.applyTo(guest);
        } catch (GuestFilesystemException e) {
            throw new CompletionException(e);
        }
    }

    /** How many updates are held. */
    int held() {
        return held.size();
    }

    void doHeld() {
        for (Runnable update = held.poll(); update != null; update = held.poll()) {
            update.run();
        }
    }

    /** From now on updates fail with this, and do nothing but release; null for not any more. */
    void fail(@Nullable Errno errno) {
        failure = errno;
    }

    /** What {@code statfs} says from now on. */
    void setAvailable(long bytes) {
        availableBytes = bytes;
    }

    @Override
    public FilesystemStatistics statfs(GuestPath path) throws GuestFilesystemException {
        FilesystemStatistics all = super.statfs(path);
        long available = availableBytes / BLOCK;
        return new FilesystemStatistics(
                BLOCK,
                BLOCK,
                all.blocks(),
                available,
                available,
                all.files(),
                all.freeFiles(),
                all.availableFiles(),
                all.maxNameBytes());
    }
}
