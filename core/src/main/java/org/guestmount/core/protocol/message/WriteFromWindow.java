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

/** {@link GuestFilesystem#write} of a part of the window. */
public record WriteFromWindow(FileHandle file, long offset, WindowPart part) implements WindowTransfer {
    public static WriteFromWindow decode(WireReader in) throws ProtocolException {
        return new WriteFromWindow(in.handle(), in.i64(), WindowPart.decode(in));
    }

    @Override
    public Opcode opcode() {
        return Opcode.WRITE_FROM_WINDOW;
    }

    @Override
    public Integer execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().write(file, offset, part.of(guest.window()));
    }
}
