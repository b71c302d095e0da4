/**
 * Finds out which operating systems there are, and what each of them mounts where, from the files of the guest's
 * filesystems. Knows no kernel and no devices: it reads through {@link org.guestmount.appliance.inspect.GuestTree}.
 *
 * <p>All it reads is the guest's, and may be anything: what is read is limited, and what makes no sense counts as not there.
 * In strings that are paths or contents each char is one byte, as everywhere; what is for people is decoded.
 */
@NullMarked
package org.guestmount.appliance.inspect;

import org.jspecify.annotations.NullMarked;
