/** What the integration tests stand on: real images, real mounts, the truth according to the kernel. */
@NullMarked
package org.guestmount.it.framework;

import org.jspecify.annotations.NullMarked;
