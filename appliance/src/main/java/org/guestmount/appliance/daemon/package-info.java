/** The program that runs inside the appliance and does there, with system calls, what the host asks for. */
@NullMarked
package org.guestmount.appliance.daemon;

import org.jspecify.annotations.NullMarked;
