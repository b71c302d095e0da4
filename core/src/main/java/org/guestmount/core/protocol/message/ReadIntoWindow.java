package org.guestmount.core.protocol.message;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WindowPart;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#read} into a part of the window; the result is how much was read. */
public record ReadIntoWindow(FileHandle file, long offset, WindowPart destination) implements Request<Integer> {
    private static final int PART_OFFSET = 2 * Long.BYTES;

    /** How much a request is about, told from its body without decoding it; 0 if the body is too short. */
    public static int lengthIn(ByteBuffer body) {
        return WindowPart.lengthIn(body, PART_OFFSET);
    }

    public static ReadIntoWindow decode(WireReader in) throws ProtocolException {
        return new ReadIntoWindow(in.handle(), in.i64(), WindowPart.decode(in));
    }

    @Override
    public Opcode opcode() {
        return Opcode.READ_INTO_WINDOW;
    }

    @Override
    public void encode(WireWriter out) {
        out.handle(file).i64(offset);
        destination.encode(out);
    }

    @Override
    public Integer execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().read(file, offset, destination.of(guest.window()));
    }

    @Override
    public void encodeResult(Integer result, WireWriter out) {
        out.i32(result);
    }

    @Override
    public Integer decodeResult(WireReader in) throws ProtocolException {
        return in.i32();
    }
}
