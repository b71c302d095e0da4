/** Guests of many kinds, made by other people's tools as installers make them, to be inspected and mounted by {@code -i}. */
@NullMarked
package org.guestmount.it.zoo;

import org.jspecify.annotations.NullMarked;
