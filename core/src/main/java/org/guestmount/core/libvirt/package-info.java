/** The disks of the domains that libvirt knows, by way of virsh(1). */
@NullMarked
package org.guestmount.core.libvirt;

import org.jspecify.annotations.NullMarked;
