package org.guestmount.cli;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.guestmount.core.host.HostUser;

/**
 * The folder of one user's {@link MountRecord}s, a file each, named by process.
 *
 * <p>A record is removed when its image is safe. One whose process is gone tells of a process that was killed, or that
 * could not write its data.
 *
 * <p>The folder depends on nothing but the user's number, for guestunmount may run in another session, or as root.
 */
final class MountRecords {
    private static final String SUFFIX = ".mount";

    private final int user;
    private final List<Path> folders;

    /** @param folders where records may be, the best first */
    MountRecords(int user, List<Path> folders) {
        this.user = user;
        this.folders = List.copyOf(folders);
    }

    static MountRecords of(int user) {
        return new MountRecords(
                user, List.of(Path.of("/run/user/" + user, "guestmount"), Path.of("/tmp", "guestmount-" + user)));
    }

    static MountRecords ofThisUser() {
        return of(HostUser.id());
    }

    /** A folder private to the user, for records and what lives as long as they do. */
    Path folder() throws IOException {
        for (Path folder : folders) {
            Path parent = folder.getParent();
            if (parent != null && Files.isDirectory(parent) && Files.isWritable(parent)) {
                return privateFolder(folder);
            }
        }
        throw new IOException("none of these folders can be made: " + folders);
    }

    private Path privateFolder(Path folder) throws IOException {
        try {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            if (!isOurs(folder)) {
                throw new IOException(folder + " belongs to another user, or is not a folder", e);
            }
        }
        return folder;
    }

    /** Whether nobody but the user, or root, can have put something there. */
    private boolean isOurs(Path folder) {
        try {
            return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && HostUser.owner(folder) == user;
        } catch (IOException e) {
            return false;
        }
    }

    /** Appears whole or not at all. */
    void write(MountRecord record) throws IOException {
        Path file = file(folder(), record);
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        try (Writer writer = Files.newBufferedWriter(unfinished)) {
            record.toProperties().store(writer, null);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    void remove(MountRecord record) throws IOException {
        for (Path folder : folders) {
            Files.deleteIfExists(file(folder, record));
        }
    }

    boolean contains(MountRecord record) {
        return folders.stream().anyMatch(folder -> Files.exists(file(folder, record)));
    }

    /** The record of the mount seen there: the latest to have started, should several be stacked. */
    Optional<MountRecord> find(Path mountpoint) {
        return all().stream()
                .filter(record -> record.mountpoint().equals(mountpoint))
                .max(Comparator.comparing(
                                (MountRecord record) -> record.process().isRunning())
                        .thenComparing(record -> record.process().startTicks()));
    }

    /** Removes what processes that were killed have left behind. */
    void removeStale() throws IOException {
        for (MountRecord record : all()) {
            if (!record.process().isRunning()) {
                remove(record);
            }
        }
    }

    /** Stale ones too. */
    List<MountRecord> all() {
        List<MountRecord> records = new ArrayList<>();
        for (Path folder : folders) {
            if (!isOurs(folder)) {
                continue;
            }
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
                files.forEach(file -> read(file).ifPresent(records::add));
            } catch (IOException e) {
                // Nothing to be read there is nothing recorded there.
            }
        }
        return records;
    }

    private static Optional<MountRecord> read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
            return Optional.of(MountRecord.fromProperties(properties));
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Path file(Path folder, MountRecord record) {
        return folder.resolve(record.process().pid() + SUFFIX);
    }
}
