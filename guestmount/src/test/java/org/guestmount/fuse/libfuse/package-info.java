/** Tests of what is laid out for libfuse. */
@NullMarked
package org.guestmount.fuse.libfuse;

import org.jspecify.annotations.NullMarked;
