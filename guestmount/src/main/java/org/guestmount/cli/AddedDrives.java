package org.guestmount.cli;

import java.util.List;
import org.guestmount.core.drive.Drive;
import org.guestmount.core.libvirt.Libvirt;

/** What one option of the command line adds. */
sealed interface AddedDrives permits DriveOption, DomainOption {
    /** The drives, in the order the guest sees them; at least one. */
    List<Drive> drives(boolean readOnly, Libvirt libvirt) throws UserException, InterruptedException;
}
