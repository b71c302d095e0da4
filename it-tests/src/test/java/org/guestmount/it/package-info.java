/** Tests of the commands as users run them: real images, real QEMU, real mounts. */
@NullMarked
package org.guestmount.it;

import org.jspecify.annotations.NullMarked;
