/** The guest as a machine: its disks, what is on them, and what is mounted where. */
@NullMarked
package org.guestmount.core.machine;

import org.jspecify.annotations.NullMarked;
