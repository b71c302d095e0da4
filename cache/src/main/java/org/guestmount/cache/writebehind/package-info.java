/** What may be answered before the guest has done it: a decorator of the filesystem interface. */
@NullMarked
package org.guestmount.cache.writebehind;

import org.jspecify.annotations.NullMarked;
