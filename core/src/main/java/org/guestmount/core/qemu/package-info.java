/** The QEMU process: what it is asked to be, its life, its console and its monitor. */
@NullMarked
package org.guestmount.core.qemu;

import org.jspecify.annotations.NullMarked;
