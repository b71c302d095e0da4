package org.guestmount.core.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.guestmount.core.host.HostIdentity;
import org.guestmount.core.host.HostUser;

/**
 * A saved guest: its memory as a sparse file that every guest resumed from it maps, and the state of its processors and
 * devices. It is private to the user, and never changes once it is published.
 *
 * <p>Its checksums tell damage, not forgery: whoever can write the user's files needs no forged guest.
 */
public final class Snapshot {
    static final String MEMORY = "memory";
    static final String STATE = "state";
    static final String MANIFEST = "manifest";

    /** Which files were found to be whole, by what changes with their contents; renewed after each boot of the host. */
    private static final String CHECKED = "checked";

    private static final Set<PosixFilePermission> OWNERS =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private final Path folder;
    private final Manifest manifest;
    private final ByteBuffer state;

    private Snapshot(Path folder, Manifest manifest, ByteBuffer state) {
        this.folder = folder;
        this.manifest = manifest;
        this.state = state;
    }

    /**
     * Opens a saved guest; its memory has yet to be {@linkplain #checkMemory checked}.
     *
     * @throws SnapshotException if it is not whole, or others could have written it
     * @throws IOException if it cannot be read, for example because there is none
     */
    static Snapshot open(Path folder) throws IOException {
        requirePrivate(folder);
        for (String name : List.of(MANIFEST, STATE, MEMORY)) {
            requirePrivate(folder.resolve(name));
        }
        Manifest manifest = Manifest.parse(Files.readAllLines(folder.resolve(MANIFEST)));
        ByteBuffer state = ByteBuffer.wrap(Files.readAllBytes(folder.resolve(STATE)));
        CRC32C sum = new CRC32C();
        sum.update(state.duplicate());
        if (sum.getValue() != manifest.stateSum()) {
            throw new SnapshotException(folder.resolve(STATE) + " is damaged");
        }
        if (Files.size(folder.resolve(MEMORY)) != manifest.memoryBytes()) {
            throw new SnapshotException(folder.resolve(MEMORY) + " is not " + manifest.memoryBytes() + " bytes long");
        }
        return new Snapshot(folder, manifest, state);
    }

    private static void requirePrivate(Path file) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
        if (HostUser.owner(file) != HostUser.id() || !OWNERS.containsAll(permissions)) {
            throw new SnapshotException(file + " could have been written by another user");
        }
    }

    Path folder() {
        return folder;
    }

    /** The file with the guest's memory. */
    public Path memory() {
        return folder.resolve(MEMORY);
    }

    /** What QEMU said of itself when it saved this. */
    public String qemuVersion() {
        return manifest.qemuVersion();
    }

    /** The state of processors and devices, in QEMU's migration format. */
    public ByteBuffer state() {
        return state.duplicate();
    }

    /**
     * Checks that every byte of the memory is as it was saved. Whether it was is remembered as long as the file does not change and
     * the host is not booted, for it takes a tenth of a second.
     *
     * @throws SnapshotException if it is not
     */
    public void checkMemory() throws IOException {
        String stamp = stamp();
        Path checked = folder.resolve(CHECKED);
        if (Files.exists(checked) && Files.readString(checked).equals(stamp)) {
            return;
        }
        try (FileChannel file = FileChannel.open(memory())) {
            if (manifest.extents().sum(file) != manifest.memorySum()) {
                throw new SnapshotException(memory() + " is damaged");
            }
        }
        Files.writeString(checked, stamp);
    }

    private String stamp() throws IOException {
        Map<String, Object> attributes = Files.readAttributes(memory(), "unix:ino,ctime,size");
        return HostIdentity.boot() + " " + attributes.get("ino") + " " + attributes.get("ctime") + " "
                + attributes.get("size");
    }
}
