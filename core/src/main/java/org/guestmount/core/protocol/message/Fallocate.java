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

/** {@link GuestFilesystem#fallocate}. */
public record Fallocate(FileHandle file, int mode, long offset, long length) implements Command {
    public static Fallocate decode(WireReader in) throws ProtocolException {
        return new Fallocate(in.handle(), in.i32(), in.i64(), in.i64());
    }

    @Override
    public Opcode opcode() {
        return Opcode.FALLOCATE;
    }

    @Override
    public void encode(WireWriter out) {
        out.handle(file).i32(mode).i64(offset).i64(length);
    }

    @Override
    public void perform(GuestServices guest) throws GuestFilesystemException {
        guest.filesystem().fallocate(file, mode, offset, length);
    }
}
