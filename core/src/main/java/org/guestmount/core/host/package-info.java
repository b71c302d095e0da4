/** What the host is, and small things done on it. Nothing here knows of guests. */
@NullMarked
package org.guestmount.core.host;

import org.jspecify.annotations.NullMarked;
