package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.Command;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#sync}. */
public record Sync() implements Command {
    public static Sync decode(WireReader in) {
        return new Sync();
    }

    @Override
    public Opcode opcode() {
        return Opcode.SYNC;
    }

    @Override
    public void encode(WireWriter out) {}

    @Override
    public void perform(GuestServices guest) throws GuestFilesystemException {
        guest.filesystem().sync();
    }
}
