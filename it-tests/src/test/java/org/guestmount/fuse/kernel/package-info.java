/** Microbenchmarks of what only its own package sees. */
@NullMarked
package org.guestmount.fuse.kernel;

import org.jspecify.annotations.NullMarked;
