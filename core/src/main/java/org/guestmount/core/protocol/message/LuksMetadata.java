package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestMachine#luksMetadata}. */
public record LuksMetadata(String device) implements Request<String> {
    public static LuksMetadata decode(WireReader in) throws ProtocolException {
        return new LuksMetadata(in.text());
    }

    @Override
    public Opcode opcode() {
        return Opcode.LUKS_METADATA;
    }

    @Override
    public void encode(WireWriter out) {
        out.text(device);
    }

    @Override
    public String execute(GuestServices guest) throws GuestFilesystemException {
        return guest.machine().luksMetadata(device);
    }

    @Override
    public void encodeResult(String result, WireWriter out) {
        out.text(result);
    }

    @Override
    public String decodeResult(WireReader in) throws ProtocolException {
        return in.text();
    }
}
