/** What a launch needs of an appliance; the appliance module provides one, and launching never knows how it was made. */
@NullMarked
package org.guestmount.core.appliance;

import org.jspecify.annotations.NullMarked;
