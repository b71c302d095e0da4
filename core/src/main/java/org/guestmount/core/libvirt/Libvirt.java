package org.guestmount.core.libvirt;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.guestmount.core.drive.Drive;
import org.jspecify.annotations.Nullable;

/** Knows the disks of libvirt's domains. */
public final class Libvirt {
    private final Virsh virsh;

    /**
     * For the domains of one hypervisor.
     *
     * @param searchPath where virsh is looked for
     * @param connection the hypervisor's URI; null for libvirt's choice
     */
    public Libvirt(List<Path> searchPath, @Nullable String connection) {
        virsh = new Virsh(searchPath, connection);
    }

    /**
     * The disks of a domain, in the order of its XML.
     *
     * @param domain its name or UUID
     * @param readOnly whether no disk must change; otherwise those the domain itself only reads
     * @param blockSize of all its disks, in bytes; null for what the domain has
     * @throws LibvirtException if libvirt cannot be asked, there is no such domain, it is running and its disks are not only to be
     *     read, or they cannot be used
     */
    public List<Drive> drives(String domain, boolean readOnly, @Nullable Integer blockSize)
            throws LibvirtException, InterruptedException {
        try {
            XmlElement definition = XmlReader.read(virsh.run(true, "dumpxml", "--domain", domain));
            // Only active domains have an id.
            if (!readOnly && definition.attribute("id") != null) {
                throw new LibvirtException(
                        "is running, and writing to its disks would destroy them; shut it down, or add --ro");
            }
            List<Drive> drives = new ArrayList<>();
            for (XmlElement disk : definition
                    .child("devices")
                    .map(devices -> devices.children("disk"))
                    .orElse(List.of())) {
                Optional<DomainDisk> found = DomainDisk.of(disk, new Lookup());
                if (found.isPresent()) {
                    drives.add(found.get().drive(readOnly, blockSize));
                }
            }
            if (drives.isEmpty()) {
                throw new LibvirtException("has no disks");
            }
            return drives;
        } catch (LibvirtException e) {
            throw new LibvirtException("domain " + domain + ": " + e.getMessage(), e);
        }
    }

    private final class Lookup implements DomainDisk.Lookup {
        @Override
        public String volumePath(String pool, String volume) throws LibvirtException, InterruptedException {
            return virsh.run(true, "vol-path", "--pool", pool, "--vol", volume).strip();
        }

        @Override
        public String secret(String uuid) throws LibvirtException, InterruptedException {
            return virsh.run(false, "secret-get-value", "--secret", uuid).strip();
        }
    }
}
