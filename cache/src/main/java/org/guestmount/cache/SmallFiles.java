package org.guestmount.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/**
 * Reads the small files of a directory ahead of a program that reads them in some order. Contents wait here until they are
 * taken, or are dropped when there are too many.
 */
final class SmallFiles implements AutoCloseable {
    /** Contents that wait to be taken, in bytes. */
    private static final int MAX_BYTES = 16 << 20;

    /** What a file takes beside its contents, in bytes. */
    private static final int OWN_BYTES = 200;

    /** Directories in which a program may be under way. */
    private static final int MAX_DIRECTORIES = 64;

    /** Larger directories are not looked through for what may be read next. */
    private static final int MAX_ENTRIES = 20_000;

    /** One request reads so many files at most, of so many bytes together. */
    private static final int BATCH_FILES = 32;

    private static final int BATCH_BYTES = GuestFilesystem.MAX_TRANSFER_BYTES / 4;

    /** How many files are asked for before they are read: two requests, which the guest's two processors work on. */
    private static final int AHEAD = 2 * BATCH_FILES;

    private static final int LISTING_BYTES = 1 << 18;

    private final GuestFilesystem guest;
    private final DriveData drives;
    private final ContentChanges changes;
    private final ExecutorService readers = Executors.newFixedThreadPool(2, BackgroundThreads.named("small-files"));
    private final Cache<GuestPath, Waiting> waiting = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(MAX_BYTES)
            .weigher((GuestPath path, Waiting file) -> file.size() + OWN_BYTES)
            .build();
    private final Cache<GuestPath, Scan> scans = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_DIRECTORIES)
            .build();

    /**
     * Of one guest.
     *
     * @param drives from which files are read that lie there
     * @param changes to be told of all that change contents or take names away
     */
    SmallFiles(GuestFilesystem guest, DriveData drives, ContentChanges changes) {
        this.guest = guest;
        this.drives = drives;
        this.changes = changes;
    }

    /**
     * A file whose contents have been asked for.
     *
     * @param asked the moment of {@link ContentChanges} before
     */
    private record Waiting(InodeKey key, int size, long asked, CompletableFuture<Optional<ByteBuffer>> content) {}

    private record Asked(ReadingOrder.File file, CompletableFuture<Optional<ByteBuffer>> content) {}

    /** Where a program is that reads the files of one directory. */
    private final class Scan {
        private final GuestPath directory;

        @GuardedBy("this")
        private boolean listed;

        /** Since the order was made. */
        @GuardedBy("this")
        private boolean listedSince;

        @GuardedBy("this")
        private int taken;

        @GuardedBy("this")
        private @Nullable ReadingOrder order;

        Scan(GuestPath directory) {
            this.directory = directory;
        }

        synchronized void wasListed() {
            listed = true;
            listedSince = true;
        }

        /** Notes that this file is read, and asks for those that will be next. */
        synchronized void read(String name) {
            taken++;
            ReadingOrder known = order;
            if (known == null && !listed && taken < 2) {
                return;
            }
            if (known == null || (listedSince && !known.has(name))) {
                known = new ReadingOrder(smallFilesIn(directory));
                order = known;
                listedSince = false;
            }
            for (List<ReadingOrder.File> batch : known.next(name, AHEAD, BATCH_FILES, BATCH_BYTES)) {
                ask(directory, batch);
            }
        }
    }

    /** A program has listed this directory, and perhaps means to read what is in it. */
    void listed(GuestPath directory) {
        scans.get(directory, Scan::new).wasListed();
    }

    /**
     * The contents of a file that is read now, if they were read ahead and are still true; null if not.
     *
     * @param attributes the file's
     */
    @Nullable
    HeldContent take(GuestPath path, FileAttributes attributes) {
        scans.get(path.parent(), Scan::new).read(path.name());
        Waiting file = waiting.asMap().remove(path);
        if (file == null || !file.key().equals(attributes.key())) {
            return null;
        }
        HeldContent content = file.content().join().map(HeldContent::new).orElse(null);
        return content != null && content.size() == attributes.size() && changes.noneSince(file.asked())
                ? content
                : null;
    }

    private List<ReadingOrder.File> smallFilesIn(GuestPath directory) {
        List<ReadingOrder.File> files = new ArrayList<>();
        FileReference next = directory;
        try {
            for (int entries = 0; next != null && entries < MAX_ENTRIES; ) {
                DirectoryChunk chunk = guest.readDirectory(next, LISTING_BYTES);
                for (DirectoryEntry entry : chunk.entries()) {
                    FileAttributes attributes = entry.details().attributes();
                    if (attributes.type() == FileType.REGULAR
                            && attributes.size() > 0
                            && attributes.size() <= GuestFilesystem.SMALL_FILE_BYTES) {
                        files.add(new ReadingOrder.File(
                                entry.name(),
                                (int) attributes.size(),
                                attributes.key(),
                                entry.details().contents()));
                    }
                }
                entries += chunk.entries().size();
                next = chunk.next();
            }
            if (next != null) {
                guest.release((FileHandle) next);
                return List.of();
            }
        } catch (GuestFilesystemException e) {
            return List.of();
        }
        return files;
    }

    private void ask(GuestPath directory, List<ReadingOrder.File> batch) {
        List<Asked> asked = new ArrayList<>();
        long now = changes.now();
        for (ReadingOrder.File file : batch) {
            CompletableFuture<Optional<ByteBuffer>> content = new CompletableFuture<>();
            Waiting waits = new Waiting(file.key(), file.size(), now, content);
            Asked ask = changes.unlessChanging(file.key(), () -> {
                waiting.put(directory.resolve(file.name()), waits);
                return new Asked(file, content);
            });
            if (ask != null) {
                asked.add(ask);
            }
        }
        if (asked.isEmpty()) {
            return;
        }
        try {
            readers.execute(() -> read(directory, asked));
        } catch (RejectedExecutionException e) {
            giveUp(asked);
        }
    }

    private static void giveUp(List<Asked> asked) {
        asked.forEach(file -> file.content().complete(Optional.empty()));
    }

    private void read(GuestPath directory, List<Asked> asked) {
        try {
            readFromDrives(directory, asked);
            List<Asked> others =
                    asked.stream().filter(file -> !file.content().isDone()).toList();
            if (others.isEmpty()) {
                return;
            }
            List<Optional<ByteBuffer>> read = guest.readSmallFiles(directory, names(others));
            for (int i = 0; i < Math.min(read.size(), others.size()); i++) {
                others.get(i).content().complete(read.get(i));
            }
        } catch (GuestFilesystemException e) {
            // Told to who reads one of them by itself.
            return;
        } finally {
            giveUp(asked);
        }
    }

    private void readFromDrives(GuestPath directory, List<Asked> asked) throws GuestFilesystemException {
        if (drives == DriveData.NONE) {
            return;
        }
        List<Asked> unmapped = new ArrayList<>();
        for (Asked file : asked) {
            FileExtent contents = file.file().contents();
            if (contents == null) {
                unmapped.add(file);
            } else {
                readFromDrive(file, List.of(contents));
            }
        }
        if (unmapped.isEmpty()) {
            return;
        }
        List<List<FileExtent>> extents = guest.mapSmallFiles(directory, names(unmapped));
        for (int i = 0; i < unmapped.size(); i++) {
            readFromDrive(unmapped.get(i), extents.get(i));
        }
    }

    private void readFromDrive(Asked file, List<FileExtent> extents) {
        ByteBuffer content = DirectReader.readWhole(drives, extents, file.file().size());
        if (content != null) {
            file.content().complete(Optional.of(content));
        }
    }

    private static List<String> names(List<Asked> asked) {
        return asked.stream().map(file -> file.file().name()).toList();
    }

    @Override
    public void close() {
        BackgroundThreads.end(readers);
    }
}
