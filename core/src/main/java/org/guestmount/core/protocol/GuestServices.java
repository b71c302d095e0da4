package org.guestmount.core.protocol;

import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.machine.GuestMachine;

/** What the daemon offers and the host asks for. */
public record GuestServices(GuestFilesystem filesystem, GuestMachine machine) {}
