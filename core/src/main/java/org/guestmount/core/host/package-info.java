/** Running other programs of the host. */
@NullMarked
package org.guestmount.core.host;

import org.jspecify.annotations.NullMarked;
