package org.guestmount.core.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.guestmount.core.host.FileMutex;
import org.guestmount.core.host.Folders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The saved guests of one appliance, in its folder, shared by all processes of the user.
 *
 * <pre>
 * snapshot-KEY/       a {@link Snapshot}: memory, state, manifest
 * saving-N/           one that is being made; renamed when it is whole, removed by the next who saves if it was left
 * snapshots.lock      held while saving
 * </pre>
 *
 * <p>One that is removed while a guest uses it stays on the disk as long as that runs; nobody need care.
 */
public final class SnapshotStore {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotStore.class);
    private static final String PREFIX = "snapshot-";
    private static final String DRAFT_PREFIX = "saving-";

    private final Path folder;
    private final long maxBytes;

    /**
     * @param folder that exists and belongs to this user alone
     * @param maxBytes what the saved guests may take on the disk; the one that was saved last stays even if it takes more
     */
    public SnapshotStore(Path folder, long maxBytes) {
        this.folder = folder;
        this.maxBytes = maxBytes;
    }

    /** The saved guest of this key, if there is one that can be used; one that cannot is removed. */
    public Optional<Snapshot> find(String key) {
        Path home = folder.resolve(PREFIX + key);
        try {
            Snapshot found = Snapshot.open(home);
            Files.setLastModifiedTime(home.resolve(Snapshot.MANIFEST), FileTime.from(Instant.now()));
            return Optional.of(found);
        } catch (NoSuchFileException e) {
            if (Files.exists(home, LinkOption.NOFOLLOW_LINKS)) {
                LOG.info("a saved guest lacks {}, and is thrown away", e.getMessage());
                discard(key);
            }
        } catch (IOException e) {
            LOG.info("a saved guest is thrown away: {}", e.getMessage());
            discard(key);
        }
        return Optional.empty();
    }

    /** Removes a saved guest that turned out to be of no use. */
    public void discard(String key) {
        try {
            Folders.deleteTree(folder.resolve(PREFIX + key));
        } catch (IOException e) {
            LOG.warn("cannot remove a saved guest: {}", e.toString());
        }
    }

    /**
     * Waits for the right to save.
     *
     * @param waiting run once if somebody else has it now
     */
    public Saving lock(Runnable waiting) throws IOException, InterruptedException {
        FileMutex mutex = FileMutex.acquire(folder.resolve("snapshots.lock"), waiting);
        try {
            for (Path left : Folders.entries(folder, DRAFT_PREFIX)) {
                Folders.deleteTree(left);
            }
            return new Saving(mutex, Files.createTempDirectory(folder, DRAFT_PREFIX));
        } catch (IOException | RuntimeException e) {
            mutex.close();
            throw e;
        }
    }

    /** The right to save a guest, given back by closing. */
    public final class Saving implements AutoCloseable {
        private final FileMutex mutex;
        private final Path draft;

        private Saving(FileMutex mutex, Path draft) {
            this.mutex = mutex;
            this.draft = draft;
        }

        /** Where the guest's memory is to be while it is made ready. */
        public Path memory() {
            return draft.resolve("live");
        }

        /** Keeps a guest that has been stopped, and its {@link #memory} as it is now. */
        public void publish(String key, String qemuVersion, ByteBuffer state) throws IOException {
            Path whole = Files.createDirectory(
                    draft.resolve("whole"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try (FileChannel live = FileChannel.open(memory());
                    FileChannel kept = create(whole.resolve(Snapshot.MEMORY));
                    FileChannel stateFile = create(whole.resolve(Snapshot.STATE))) {
                Extents extents = Extents.copy(live, kept);
                CRC32C stateSum = new CRC32C();
                stateSum.update(state.duplicate());
                ByteBuffer left = state.duplicate();
                while (left.hasRemaining()) {
                    stateFile.write(left);
                }
                Manifest manifest =
                        new Manifest(qemuVersion, stateSum.getValue(), live.size(), extents.sum(kept), extents);
                try (FileChannel manifestFile = create(whole.resolve(Snapshot.MANIFEST))) {
                    manifestFile.write(ByteBuffer.wrap(
                            String.join("\n", manifest.toLines()).getBytes(StandardCharsets.UTF_8)));
                }
            }
            Files.delete(memory());
            discard(key);
            Files.move(whole, folder.resolve(PREFIX + key), StandardCopyOption.ATOMIC_MOVE);
            prune();
        }

        private void prune() throws IOException {
            List<Path> all = Folders.entries(folder, PREFIX).stream()
                    .sorted(Comparator.comparing(SnapshotStore::lastUse).reversed())
                    .toList();
            long left = maxBytes;
            for (Path snapshot : all) {
                left -= sizeBytes(snapshot);
                if (left < 0 && !snapshot.equals(all.get(0))) {
                    Folders.deleteTree(snapshot);
                }
            }
        }

        @Override
        public void close() throws IOException {
            try (mutex) {
                Folders.deleteTree(draft);
            }
        }
    }

    private static FileChannel create(Path file) throws IOException {
        return (FileChannel) Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /** What it takes on the disk; nothing to speak of if that cannot be told. */
    private static long sizeBytes(Path snapshot) {
        try {
            return Manifest.parse(Files.readAllLines(snapshot.resolve(Snapshot.MANIFEST)))
                            .extents()
                            .totalBytes()
                    + Files.size(snapshot.resolve(Snapshot.STATE));
        } catch (IOException e) {
            return 0;
        }
    }

    private static FileTime lastUse(Path snapshot) {
        try {
            return Files.getLastModifiedTime(snapshot.resolve(Snapshot.MANIFEST));
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }
}
