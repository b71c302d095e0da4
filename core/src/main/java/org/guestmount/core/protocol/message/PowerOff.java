package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.protocol.Command;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestMachine#powerOff}. */
public record PowerOff() implements Command {
    public static PowerOff decode(WireReader in) {
        return new PowerOff();
    }

    @Override
    public Opcode opcode() {
        return Opcode.POWER_OFF;
    }

    @Override
    public void encode(WireWriter out) {}

    @Override
    public void perform(GuestServices guest) throws GuestFilesystemException {
        guest.machine().powerOff();
    }
}
