package org.guestmount.core.session;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.guestmount.core.host.HostUser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A private folder for the sockets and overlays of a launch. QEMU has all of them open when the guest answers, so the folder
 * lives only that long.
 *
 * <p>Owns: the folder and the files in it, and a lock on one of them that tells others the owner is alive.
 */
final class RunFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);
    private static final String PREFIX = "guestmount-";
    private static final String LOCK = "lock";

    /** The longest path of a unix socket. Source: unix(7), {@code sun_path}. */
    private static final int MAX_SOCKET_PATH_BYTES = 107;

    /** The longest that this class and its users put after a base folder. */
    private static final int MAX_ADDED_BYTES = "/guestmount-4194304-18446744073709551615/monitor".length();

    /** A folder without a lock this old is not one that is just being made. */
    private static final Duration ABANDONED_AGE = Duration.ofMinutes(5);

    private final Path folder;
    private final FileChannel lock;

    private RunFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * Makes a folder in which sockets can be bound.
     *
     * @param bases where it may be, the best first
     */
    static RunFolder forSockets(List<Path> bases) throws IOException {
        for (Path base : bases) {
            int length = base.toString().getBytes(StandardCharsets.UTF_8).length + MAX_ADDED_BYTES;
            if (length <= MAX_SOCKET_PATH_BYTES && Files.isWritable(base)) {
                return in(base);
            }
        }
        throw new IOException("no folder for sockets: of " + bases + " none is writable and has a short enough name");
    }

    /** Makes a folder, and removes those that processes of this user left when they were killed. */
    static RunFolder in(Path base) throws IOException {
        removeAbandoned(base);
        Path folder =
                Files.createTempDirectory(base, PREFIX + ProcessHandle.current().pid() + "-");
        try {
            // It gets its name when it is locked: a lock file that is not would tell others that the owner is gone.
            Path unlocked = folder.resolve(LOCK + "ing");
            FileChannel lock = FileChannel.open(unlocked, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
            if (lock.tryLock() == null) {
                throw new IOException(folder + " is locked by another process");
            }
            Files.move(unlocked, folder.resolve(LOCK), StandardCopyOption.ATOMIC_MOVE);
            return new RunFolder(folder, lock);
        } catch (IOException e) {
            delete(folder);
            throw e;
        }
    }

    Path path() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        delete(folder);
        lock.close();
    }

    private static void delete(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (java.nio.file.NoSuchFileException e) {
            return;
        }
        Files.deleteIfExists(folder);
    }

    private static void removeAbandoned(Path base) {
        String own = PREFIX + ProcessHandle.current().pid() + "-";
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(base, PREFIX + "*-*")) {
            for (Path folder : folders) {
                // Opening our own lock files would release their locks: fcntl(2).
                if (!folder.getFileName().toString().startsWith(own) && isAbandoned(folder)) {
                    LOG.debug("removing {}, whose owner is gone", folder);
                    delete(folder);
                }
            }
        } catch (IOException e) {
            LOG.debug("looking for abandoned folders in {}", base, e);
        }
    }

    private static boolean isAbandoned(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || HostUser.owner(folder) != HostUser.id()) {
            return false;
        }
        Path lockFile = folder.resolve(LOCK);
        if (!Files.isRegularFile(lockFile, LinkOption.NOFOLLOW_LINKS)) {
            Instant modified = Files.getLastModifiedTime(folder).toInstant();
            return modified.isBefore(Instant.now().minus(ABANDONED_AGE));
        }
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock != null;
        }
    }
}
