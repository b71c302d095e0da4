package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.Command;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#removexattr}. */
public record Removexattr(FileReference file, String name) implements Command {
    public static Removexattr decode(WireReader in) throws ProtocolException {
        return new Removexattr(in.reference(), in.string());
    }

    @Override
    public Opcode opcode() {
        return Opcode.REMOVEXATTR;
    }

    @Override
    public void encode(WireWriter out) {
        out.reference(file).string(name);
    }

    @Override
    public void perform(GuestServices guest) throws GuestFilesystemException {
        guest.filesystem().removexattr(file, name);
    }
}
