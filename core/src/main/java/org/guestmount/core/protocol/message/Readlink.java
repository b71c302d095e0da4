package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#readlink}. */
public record Readlink(GuestPath path) implements Request<String> {
    public static Readlink decode(WireReader in) throws ProtocolException {
        return new Readlink(in.path());
    }

    @Override
    public Opcode opcode() {
        return Opcode.READLINK;
    }

    @Override
    public void encode(WireWriter out) {
        out.path(path);
    }

    @Override
    public String execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().readlink(path);
    }

    @Override
    public void encodeResult(String result, WireWriter out) {
        out.string(result);
    }

    @Override
    public String decodeResult(WireReader in) throws ProtocolException {
        return in.string();
    }
}
