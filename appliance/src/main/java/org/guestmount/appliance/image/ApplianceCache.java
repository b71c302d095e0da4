package org.guestmount.appliance.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.guestmount.core.appliance.Appliance;
import org.guestmount.core.appliance.ApplianceException;
import org.guestmount.core.host.FileMutex;
import org.guestmount.core.host.Folders;
import org.guestmount.core.host.HostUser;

/**
 * The folder of built appliances, shared by all processes of one user.
 *
 * <pre>
 * lock                    held while building and pruning
 * current-KEY             which appliance answers a request, and the inputs that must not have changed for that
 * appliance-DIGEST/       kernel, initramfs, {@linkplain ApplianceManifest manifest}, or links to these; in-use is locked,
 *                         shared, by every process that uses it
 * building-N/             an appliance being made; renamed when whole
 * kernel-RELEASE/         a kernel that was fetched, see {@link KernelPackage}
 * </pre>
 *
 * <p>An appliance folder is either whole or not there, and never changes: reading needs no lock but in-use.
 */
final class ApplianceCache {
    private static final String FOLDER_PREFIX = "appliance-";
    private static final String BUILDING_PREFIX = "building-";
    private static final String CURRENT_PREFIX = "current-";

    /** Appliances this process uses, until it ends. Closing the channel of a file gives up every lock the process has on it. */
    private static final Map<Path, FileChannel> IN_USE = new ConcurrentHashMap<>();

    private final Path folder;

    private ApplianceCache(Path folder) {
        this.folder = folder;
    }

    /** Makes the folder if need be, private to the user, and refuses one that belongs to somebody else. */
    static ApplianceCache open(Path folder) throws ApplianceException {
        try {
            Path parent = folder.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            if (HostUser.owner(folder) != HostUser.id()) {
                throw new ApplianceException("the cache folder " + folder
                        + " belongs to another user; remove it or set LIBGUESTFS_CACHEDIR to a folder of yours");
            }
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            return new ApplianceCache(folder);
        } catch (ApplianceException e) {
            throw e;
        } catch (IOException e) {
            throw new ApplianceException(
                    "cannot use the cache folder " + folder + ": " + e
                            + "; set LIBGUESTFS_CACHEDIR to a folder of yours",
                    e);
        }
    }

    /** Where it all is. */
    Path folder() {
        return folder;
    }

    /** The appliance that answered this request before, if it is still there and nothing it was made of has changed. */
    Optional<Appliance> current(String key) throws IOException {
        List<String> lines = readLines(folder.resolve(CURRENT_PREFIX + key));
        if (lines.isEmpty()
                || !InputList.ofLines(lines.subList(1, lines.size())).unchanged()) {
            return Optional.empty();
        }
        return withDigest(lines.get(0));
    }

    /** The appliance of this digest, if it was built; it is in use from now on. */
    Optional<Appliance> withDigest(String digest) throws IOException {
        Path home = folder.resolve(FOLDER_PREFIX + digest);
        if (!use(home)) {
            return Optional.empty();
        }
        List<String> lines = readLines(home.resolve(ApplianceManifest.FILE));
        return lines.isEmpty()
                ? Optional.empty()
                : Optional.of(new Appliance(
                        home.resolve("kernel"),
                        home.resolve("initramfs"),
                        ApplianceManifest.parse(lines).kernelRelease(),
                        digest));
    }

    /** Notes which appliance answers a request, and on what condition. */
    void remember(String key, String digest, InputList inputs) throws IOException {
        List<String> lines = new ArrayList<>(List.of(digest));
        lines.addAll(inputs.toLines());
        Path draft = Files.createTempFile(folder, BUILDING_PREFIX, null);
        Files.write(draft, lines);
        Files.move(draft, folder.resolve(CURRENT_PREFIX + key), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Waits for the right to build and prune.
     *
     * @param waiting run once if somebody else has it now
     */
    Building lock(Runnable waiting) throws IOException, InterruptedException {
        return new Building(FileMutex.acquire(folder.resolve("lock"), waiting));
    }

    /** The right to build, given back by closing. */
    final class Building implements AutoCloseable {
        private final FileMutex mutex;

        private Building(FileMutex mutex) {
            this.mutex = mutex;
        }

        /** An empty folder to build in, on the same filesystem as its later place. */
        Path newFolder() throws IOException {
            return Files.createTempDirectory(folder, BUILDING_PREFIX);
        }

        /** Makes a built appliance visible: kernel and initramfs are in the folder, nothing else. */
        void publish(Path built, ApplianceManifest manifest) throws IOException {
            Files.write(built.resolve(ApplianceManifest.FILE), manifest.toLines());
            for (String name : FixedAppliance.FILES) {
                try (FileChannel file = FileChannel.open(built.resolve(name), StandardOpenOption.WRITE)) {
                    file.force(true);
                }
            }
            show(built, manifest.digest());
        }

        /** Makes an appliance that lies elsewhere visible here, where what is made of it can be kept. */
        void adopt(FixedAppliance fixed) throws IOException {
            Path links = newFolder();
            for (Path file : fixed.files()) {
                Files.createSymbolicLink(links.resolve(file.getFileName()), file);
            }
            show(links, fixed.manifest().digest());
        }

        private void show(Path built, String digest) throws IOException {
            Files.createFile(built.resolve("in-use"));
            Path home = folder.resolve(FOLDER_PREFIX + digest);
            Folders.deleteTree(home);
            Files.move(built, home, StandardCopyOption.ATOMIC_MOVE);
        }

        /**
         * Removes what interrupted builders left, notes whose files have changed, and every appliance that no note names, unless
         * in use.
         */
        void prune() throws IOException {
            Set<String> wanted = new HashSet<>();
            for (Path note : Folders.entries(folder, CURRENT_PREFIX)) {
                List<String> lines = readLines(note);
                if (!lines.isEmpty()
                        && InputList.ofLines(lines.subList(1, lines.size())).filesUnchanged()) {
                    wanted.add(FOLDER_PREFIX + lines.get(0));
                } else {
                    Files.deleteIfExists(note);
                }
            }
            for (Path left : Folders.entries(folder, BUILDING_PREFIX)) {
                Folders.deleteTree(left);
            }
            for (Path home : Folders.entries(folder, FOLDER_PREFIX)) {
                if (!wanted.contains(String.valueOf(home.getFileName()))) {
                    deleteUnlessInUse(home);
                }
            }
        }

        /** Removes everything that is not in use; answers the folders that are. */
        List<Path> clean() throws IOException {
            for (Path note : Folders.entries(folder, CURRENT_PREFIX)) {
                Files.deleteIfExists(note);
            }
            prune();
            for (Path kernel : Folders.entries(folder, KernelPackage.FOLDER_PREFIX)) {
                Folders.deleteTree(kernel);
            }
            return Folders.entries(folder, FOLDER_PREFIX);
        }

        @Override
        public void close() throws IOException {
            mutex.close();
        }
    }

    private static boolean use(Path home) throws IOException {
        if (IN_USE.containsKey(home)) {
            return true;
        }
        try {
            FileChannel channel = FileChannel.open(home.resolve("in-use"));
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
            // It may have been removed between opening and locking.
            if (lock == null || !Files.exists(home.resolve("in-use"))) {
                channel.close();
                return false;
            }
            IN_USE.put(home, channel);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void deleteUnlessInUse(Path home) throws IOException {
        if (IN_USE.containsKey(home)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(home.resolve("in-use"), StandardOpenOption.WRITE)) {
            if (channel.tryLock() != null) {
                Folders.deleteTree(home);
            }
        } catch (NoSuchFileException e) {
            Folders.deleteTree(home);
        }
    }

    private static List<String> readLines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }
}
