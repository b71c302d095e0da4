/** One record per request, with the codec of the request and of its result, and what it asks of the guest. */
@NullMarked
package org.guestmount.core.protocol.message;

import org.jspecify.annotations.NullMarked;
