/** The commands: their options, what they check, the life of their processes, and what they say. */
@NullMarked
package org.guestmount.cli;

import org.jspecify.annotations.NullMarked;
