/** What is known of the guest's tree, so that it is not asked twice: a decorator of the filesystem interface. */
@NullMarked
package org.guestmount.cache;

import org.jspecify.annotations.NullMarked;
