/** Disk images: what format they are in, which other files they lead to, and how QEMU is told to open them. */
@NullMarked
package org.guestmount.core.drive;

import org.jspecify.annotations.NullMarked;
