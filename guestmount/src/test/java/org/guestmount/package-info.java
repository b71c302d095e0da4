/** Tests of the whole: the rules between modules. */
@NullMarked
package org.guestmount;

import org.jspecify.annotations.NullMarked;
