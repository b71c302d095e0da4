/** Tests of the kernel's protocol. */
@NullMarked
package org.guestmount.fuse.kernel;

import org.jspecify.annotations.NullMarked;
