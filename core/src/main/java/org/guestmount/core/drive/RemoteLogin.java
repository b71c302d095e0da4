package org.guestmount.core.drive;

import org.jspecify.annotations.Nullable;

/**
 * Who one is to a server.
 *
 * @param password or key; null if none is given
 */
public record RemoteLogin(String user, @Nullable Secret password) {}
