package org.guestmount.cli;

import java.util.List;
import org.guestmount.core.drive.Drive;
import org.guestmount.core.libvirt.Libvirt;
import org.guestmount.core.libvirt.LibvirtException;
import org.jspecify.annotations.Nullable;

/**
 * One {@code -d}, with the {@code --blocksize} that was in force where it stood.
 *
 * @param domain its name or UUID
 * @param blockSize of all its disks; null for what the domain has
 */
record DomainOption(String domain, @Nullable Integer blockSize) implements AddedDrives {
    @Override
    public List<Drive> drives(boolean readOnly, Libvirt libvirt) throws UserException, InterruptedException {
        try {
            return libvirt.drives(domain, readOnly, blockSize);
        } catch (LibvirtException e) {
            throw new UserException(String.valueOf(e.getMessage()), e);
        }
    }
}
