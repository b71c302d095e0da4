package org.guestmount.core.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.guestmount.core.appliance.Appliance;
import org.guestmount.core.host.HostIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of KVM here: whether a guest once answered under it. Kept in one small file, for one QEMU, appliance,
 * kernel and boot of the host; anything else is not known.
 *
 * <p>Several processes may record at once; a reader sees one record or another, never half of one.
 */
final class KvmVerdict {
    private static final Logger LOG = LoggerFactory.getLogger(KvmVerdict.class);
    private static final String WORKS = "works";
    private static final String BROKEN = "broken";

    private final Path file;
    private final String key;

    private KvmVerdict(Path file, String key) {
        this.file = file;
        this.key = key;
    }

    /** @param cacheFolder may not exist yet */
    static KvmVerdict of(Path cacheFolder, Path qemu, Appliance appliance) throws IOException {
        List<String> parts = new ArrayList<>(HostIdentity.ofProgram(qemu));
        parts.add(appliance.digest());
        parts.add(HostIdentity.kernel());
        parts.add(HostIdentity.boot());
        parts.add(HostIdentity.processor());
        String key = String.join("|", parts);
        return new KvmVerdict(cacheFolder.resolve("kvm"), key);
    }

    /** Whether KVM works; empty if it was not tried. */
    Optional<Boolean> recorded() {
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.size() == 2 && lines.get(0).equals(key)) {
                return Optional.of(lines.get(1).equals(WORKS));
            }
        } catch (IOException e) {
            LOG.debug("no verdict on KVM", e);
        }
        return Optional.empty();
    }

    /** Remembers; that it cannot is no reason to fail. */
    void record(boolean works) {
        if (recorded().equals(Optional.of(works))) {
            return;
        }
        try {
            Files.createDirectories(
                    file.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path fresh = Files.createTempFile(file.getParent(), "kvm", null);
            try {
                Files.write(fresh, List.of(key, works ? WORKS : BROKEN));
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            LOG.warn("cannot remember whether KVM works in {}", file, e);
        }
    }
}
