/** Tests of what FUSE asks for. */
@NullMarked
package org.guestmount.fuse;

import org.jspecify.annotations.NullMarked;
