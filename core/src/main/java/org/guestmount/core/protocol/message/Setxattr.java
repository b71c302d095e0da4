package org.guestmount.core.protocol.message;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.XattrMode;
import org.guestmount.core.protocol.Command;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#setxattr}. */
public record Setxattr(FileReference file, String name, ByteBuffer value, XattrMode mode) implements Command {
    public static Setxattr decode(WireReader in) throws ProtocolException {
        return new Setxattr(in.reference(), in.string(), in.bytes(), FilesystemCodecs.decodeXattrMode(in));
    }

    @Override
    public Opcode opcode() {
        return Opcode.SETXATTR;
    }

    @Override
    public void encode(WireWriter out) {
        out.reference(file).string(name).bytes(value).u8(mode.flags());
    }

    @Override
    public void perform(GuestServices guest) throws GuestFilesystemException {
        byte[] bytes = new byte[value.remaining()];
        value.duplicate().get(bytes);
        guest.filesystem().setxattr(file, name, bytes, mode);
    }
}
