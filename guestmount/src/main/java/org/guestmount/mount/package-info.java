/** Mounting a guest's filesystems on a host directory: what is checked first, the mount's life, its end. */
@NullMarked
package org.guestmount.mount;

import org.jspecify.annotations.NullMarked;
