/** The same work through several mounts of the same disk, in turns: {@code bin/benchmark}. Not a test. */
@NullMarked
package org.guestmount.benchmark;

import org.jspecify.annotations.NullMarked;
