package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestMachine#memoryToUnlock}. */
public record MemoryToUnlock(String device) implements Request<Long> {
    public static MemoryToUnlock decode(WireReader in) throws ProtocolException {
        return new MemoryToUnlock(in.text());
    }

    @Override
    public Opcode opcode() {
        return Opcode.MEMORY_TO_UNLOCK;
    }

    @Override
    public void encode(WireWriter out) {
        out.text(device);
    }

    @Override
    public Long execute(GuestServices guest) throws GuestFilesystemException {
        return guest.machine().memoryToUnlock(device);
    }

    @Override
    public void encodeResult(Long result, WireWriter out) {
        out.i64(result);
    }

    @Override
    public Long decodeResult(WireReader in) throws ProtocolException {
        return in.i64();
    }
}
