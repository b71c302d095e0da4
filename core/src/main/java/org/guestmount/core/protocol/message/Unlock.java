package org.guestmount.core.protocol.message;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestMachine#unlock}. Its text form does not have the key. */
public record Unlock(String device, ByteBuffer key) implements Request<String> {
    public static Unlock decode(WireReader in) throws ProtocolException {
        return new Unlock(in.text(), in.bytes());
    }

    @Override
    public Opcode opcode() {
        return Opcode.UNLOCK;
    }

    @Override
    public void encode(WireWriter out) {
        out.text(device).bytes(key);
    }

    @Override
    public String execute(GuestServices guest) throws GuestFilesystemException {
        return guest.machine().unlock(device, key.duplicate());
    }

    @Override
    public void encodeResult(String result, WireWriter out) {
        out.text(result);
    }

    @Override
    public String decodeResult(WireReader in) throws ProtocolException {
        return in.text();
    }

    @Override
    public String toString() {
        return "Unlock[" + device + "]";
    }
}
