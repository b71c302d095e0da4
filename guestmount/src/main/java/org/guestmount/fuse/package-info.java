/** What FUSE asks for, done on a guest's filesystem; how the requests arrive is another package's affair. */
@NullMarked
package org.guestmount.fuse;

import org.jspecify.annotations.NullMarked;
