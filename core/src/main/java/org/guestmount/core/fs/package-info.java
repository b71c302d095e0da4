/** The filesystem vocabulary, and the one interface everything is written against: {@link GuestFilesystem}. */
@NullMarked
package org.guestmount.core.fs;

import org.jspecify.annotations.NullMarked;
