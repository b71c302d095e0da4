/** Makes the appliance: finds a kernel, packs it with modules, tools and the daemon's Java into an initramfs, and keeps the result. */
@NullMarked
package org.guestmount.appliance.image;

import org.jspecify.annotations.NullMarked;
