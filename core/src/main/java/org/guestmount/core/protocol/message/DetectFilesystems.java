package org.guestmount.core.protocol.message;

import java.util.List;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.MachineCodecs;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestMachine#detectFilesystems}. */
public record DetectFilesystems() implements Request<List<DetectedFilesystem>> {
    public static DetectFilesystems decode(WireReader in) {
        return new DetectFilesystems();
    }

    @Override
    public Opcode opcode() {
        return Opcode.DETECT_FILESYSTEMS;
    }

    @Override
    public void encode(WireWriter out) {}

    @Override
    public List<DetectedFilesystem> execute(GuestServices guest) throws GuestFilesystemException {
        return guest.machine().detectFilesystems();
    }

    @Override
    public void encodeResult(List<DetectedFilesystem> result, WireWriter out) {
        out.list(result, MachineCodecs::encodeDetected);
    }

    @Override
    public List<DetectedFilesystem> decodeResult(WireReader in) throws ProtocolException {
        return in.list(MachineCodecs::decodeDetected);
    }
}
