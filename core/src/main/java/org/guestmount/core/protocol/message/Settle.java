package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.protocol.Command;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestMachine#settle}. */
public record Settle() implements Command {
    public static Settle decode(WireReader in) {
        return new Settle();
    }

    @Override
    public Opcode opcode() {
        return Opcode.SETTLE;
    }

    @Override
    public void encode(WireWriter out) {
        // It says all by being asked.
    }

    @Override
    public void perform(GuestServices guest) throws GuestFilesystemException {
        guest.machine().settle();
    }
}
