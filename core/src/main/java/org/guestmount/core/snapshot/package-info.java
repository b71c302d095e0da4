/** Saved guests: their files, and whether these can be trusted. What is done with them is {@code core.session}'s affair. */
@NullMarked
package org.guestmount.core.snapshot;

import org.jspecify.annotations.NullMarked;
