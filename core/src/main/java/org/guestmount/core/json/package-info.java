/** The little JSON that talking to QEMU takes: its block node options, its monitor, and what qemu-img prints. */
@NullMarked
package org.guestmount.core.json;

import org.jspecify.annotations.NullMarked;
