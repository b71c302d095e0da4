/** Tests of mounting, most of them with real mounts. */
@NullMarked
package org.guestmount.mount;

import org.jspecify.annotations.NullMarked;
