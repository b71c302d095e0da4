package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.Command;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#release}. */
public record Release(FileHandle file) implements Command {
    public static Release decode(WireReader in) throws ProtocolException {
        return new Release(in.handle());
    }

    @Override
    public Opcode opcode() {
        return Opcode.RELEASE;
    }

    @Override
    public void encode(WireWriter out) {
        out.handle(file);
    }

    @Override
    public void perform(GuestServices guest) throws GuestFilesystemException {
        guest.filesystem().release(file);
    }
}
