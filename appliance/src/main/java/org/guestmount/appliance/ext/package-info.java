/**
 * Reads inodes of ext2, ext3 and ext4 from where the kernel reads them, at a fraction of what asking the kernel for each takes under
 * emulation. Knows no kernel and no devices: it reads through {@link org.guestmount.appliance.ext.Device}.
 *
 * <p>It knows the common case only. Whatever is unusual, or not as it should be, is not found here, and the kernel is asked instead.
 *
 * <p>Source: Documentation/filesystems/ext4 of the Linux kernel, <i>Super Block</i>, <i>Block Group Descriptors</i>, <i>Index Nodes</i>,
 * <i>Checksums</i>, whose names of fields are said where they are read.
 */
@NullMarked
package org.guestmount.appliance.ext;

import org.jspecify.annotations.NullMarked;
