/** Tests of the commands, up to where a guest is needed. */
@NullMarked
package org.guestmount.cli;

import org.jspecify.annotations.NullMarked;
