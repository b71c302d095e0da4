package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WindowPart;
import org.guestmount.core.protocol.WindowTransfer;
import org.guestmount.core.protocol.WireReader;

/** {@link GuestFilesystem#read} into a part of the window. */
public record ReadIntoWindow(FileHandle file, long offset, WindowPart part) implements WindowTransfer {
    public static ReadIntoWindow decode(WireReader in) throws ProtocolException {
        return new ReadIntoWindow(in.handle(), in.i64(), WindowPart.decode(in));
    }

    @Override
    public Opcode opcode() {
        return Opcode.READ_INTO_WINDOW;
    }

    @Override
    public Integer execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().read(file, offset, part.of(guest.window()));
    }
}
