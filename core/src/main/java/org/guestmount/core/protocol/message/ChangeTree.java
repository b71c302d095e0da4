package org.guestmount.core.protocol.message;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.TreeChange;
import org.guestmount.core.fs.TreeChange.MakeFile;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WindowPart;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/**
 * {@link GuestFilesystem#changeLater}.
 *
 * @param parts where in the window the contents of the new files are, in their order; empty if they are with the changes
 */
public record ChangeTree(List<TreeChange> changes, List<WindowPart> parts) implements Request<List<ChangeOutcome>> {
    public ChangeTree {
        changes = List.copyOf(changes);
        parts = List.copyOf(parts);
    }

    public static ChangeTree decode(WireReader in) throws ProtocolException {
        return new ChangeTree(in.list(FilesystemCodecs::decodeTreeChange), in.list(WindowPart::decode));
    }

    @Override
    public Opcode opcode() {
        return Opcode.CHANGE_TREE;
    }

    @Override
    public void encode(WireWriter out) {
        out.list(changes, FilesystemCodecs::encodeTreeChange);
        out.list(parts, WindowPart::encode);
    }

    @Override
    public List<ChangeOutcome> execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem()
                .changeLater(parts.isEmpty() ? changes : withContents(guest))
                .join();
    }

    private List<TreeChange> withContents(GuestServices guest) throws GuestFilesystemException {
        Iterator<WindowPart> left = parts.iterator();
        List<TreeChange> whole = new ArrayList<>(changes.size());
        for (TreeChange change : changes) {
            if (!(change instanceof MakeFile file)) {
                whole.add(change);
            } else if (left.hasNext()) {
                whole.add(file.with(left.next().of(guest.window())));
            } else {
                throw new GuestFilesystemException(Errno.EPROTO, "a file without contents: " + file.path());
            }
        }
        return whole;
    }

    @Override
    public void encodeResult(List<ChangeOutcome> result, WireWriter out) {
        out.list(result, FilesystemCodecs::encodeOutcome);
    }

    @Override
    public List<ChangeOutcome> decodeResult(WireReader in) throws ProtocolException {
        return in.list(FilesystemCodecs::decodeOutcome);
    }
}
