package org.guestmount.core.qemu;

import org.guestmount.core.drive.RemoteImage;
import org.guestmount.core.drive.Secret;
import org.guestmount.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * A disk of the virtual machine.
 *
 * @param node QEMU's description of where its data is, complete, without a node name
 * @param secret what the node refers to as {@link RemoteImage#SECRET_ID}; null if it does not
 * @param blockSize logical and physical, in bytes; null for QEMU's choice
 */
public record GuestDisk(
        JsonObject node, @Nullable Secret secret, @Nullable Integer blockSize) {}
