package org.guestmount.appliance.image;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.guestmount.core.appliance.Appliance;
import org.guestmount.core.appliance.ApplianceException;

/**
 * An appliance in a folder of the user's choice, made elsewhere: for machines that have no kernel or tools to make one of. The
 * folder is only read.
 */
record FixedAppliance(Path folder, ApplianceManifest manifest) {
    /** What an appliance's folder must hold. */
    static final List<String> FILES = List.of("kernel", "initramfs", ApplianceManifest.FILE);

    /**
     * The first appliance in these folders.
     *
     * @param folders as in {@code LIBGUESTFS_PATH}
     * @param daemonDigest of the daemon that this program can talk to
     */
    static FixedAppliance find(List<Path> folders, String daemonDigest) throws IOException {
        for (Path folder : folders) {
            try {
                ApplianceManifest manifest =
                        ApplianceManifest.parse(Files.readAllLines(folder.resolve(ApplianceManifest.FILE)));
                if (!manifest.daemonDigest().equals(daemonDigest)) {
                    throw new ApplianceException("the appliance in " + folder
                            + " (LIBGUESTFS_PATH) was made by another version of guestmount; make it again with"
                            + " guestmount-appliance export");
                }
                return new FixedAppliance(folder, manifest);
            } catch (NoSuchFileException e) {
                // There may be one in the next.
            }
        }
        throw new ApplianceException("no appliance of guestmount in "
                + folders.stream().map(Path::toString).collect(Collectors.joining(", "))
                + " (LIBGUESTFS_PATH); make one there with guestmount-appliance export, or unset the variable");
    }

    /** The files that it consists of. */
    List<Path> files() {
        return FILES.stream().map(folder::resolve).toList();
    }

    /** Copies an appliance into a folder, which is made if need be and holds none yet. */
    static void export(Appliance appliance, Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
            for (String name : FILES) {
                Files.copy(appliance.folder().resolve(name), folder.resolve(name));
            }
        } catch (FileAlreadyExistsException e) {
            throw new ApplianceException(e.getFile() + " exists; name another folder, or remove it first", e);
        }
    }
}
