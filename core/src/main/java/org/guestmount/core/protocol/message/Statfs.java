package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.FilesystemStatistics;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#statfs}. */
public record Statfs(GuestPath path) implements Request<FilesystemStatistics> {
    public static Statfs decode(WireReader in) throws ProtocolException {
        return new Statfs(in.path());
    }

    @Override
    public Opcode opcode() {
        return Opcode.STATFS;
    }

    @Override
    public void encode(WireWriter out) {
        out.path(path);
    }

    @Override
    public FilesystemStatistics execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().statfs(path);
    }

    @Override
    public void encodeResult(FilesystemStatistics result, WireWriter out) {
        FilesystemCodecs.encodeStatistics(result, out);
    }

    @Override
    public FilesystemStatistics decodeResult(WireReader in) throws ProtocolException {
        return FilesystemCodecs.decodeStatistics(in);
    }
}
