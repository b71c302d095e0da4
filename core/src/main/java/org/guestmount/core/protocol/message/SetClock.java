package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.protocol.Command;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestMachine#setClock}. */
public record SetClock(Timestamp now) implements Command {
    public static SetClock decode(WireReader in) throws ProtocolException {
        return new SetClock(FilesystemCodecs.decodeTimestamp(in));
    }

    @Override
    public Opcode opcode() {
        return Opcode.SET_CLOCK;
    }

    @Override
    public void encode(WireWriter out) {
        FilesystemCodecs.encodeTimestamp(now, out);
    }

    @Override
    public void perform(GuestServices guest) throws GuestFilesystemException {
        guest.machine().setClock(now);
    }
}
