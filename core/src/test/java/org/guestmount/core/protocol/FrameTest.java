package org.guestmount.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.protocol.message.Create;
import org.guestmount.core.protocol.message.Lookup;
import org.guestmount.core.protocol.message.Read;
import org.guestmount.core.protocol.message.ReadDirectory;
import org.guestmount.core.protocol.message.ReadIntoWindow;
import org.guestmount.core.protocol.message.Rename;
import org.guestmount.core.protocol.message.Setattr;
import org.guestmount.core.protocol.message.Sync;
import org.guestmount.core.protocol.message.Write;
import org.junit.jupiter.api.Test;

/** The bytes on the wire, one field a line: a change here is a new {@link Hello#VERSION}. */
final class FrameTest {
    @Test
    void hello() {
        assertWire(
                Frame.hello(new Hello(2, "6.1.0", 1 << 24)),
                "0000001b", // length
                "00000000", // id
                "00000000", // code
                "474d4e54", // "GMNT"
                "0002", // version
                "00000005 362e312e30", // release
                "01000000"); // size of the window
    }

    @Test
    void lookup() {
        assertWire(
                Frame.request(0x01020304, new Lookup(GuestPath.of("/a/\u00FF"))),
                "00000010", // length
                "01020304", // id
                "00000001", // LOOKUP
                "00000004 2f612fff"); // path
    }

    @Test
    void readByHandle() {
        assertWire(
                Frame.request(-1, new Read(new FileHandle(0x1122334455667788L), 5, 4096)),
                "0000001c", // length
                "ffffffff", // id
                "00000007", // READ
                "1122334455667788", // handle
                "0000000000000005", // offset
                "00001000"); // count
    }

    @Test
    void readIntoWindow() {
        assertWire(
                Frame.request(1, new ReadIntoWindow(new FileHandle(2), 5, new WindowPart(1 << 20, 4096))),
                "00000020", // length
                "00000001", // id
                "0000001e", // READ_INTO_WINDOW
                "0000000000000002", // handle
                "0000000000000005", // offset
                "00100000 00001000"); // start and length of the part
    }

    @Test
    void write() {
        assertWire(
                Frame.request(1, new Write(new FileHandle(2), -1, ByteBuffer.wrap(new byte[] {9, 8, 7}))),
                "0000001f", // length
                "00000001", // id
                "00000008", // WRITE
                "0000000000000002", // handle
                "ffffffffffffffff", // offset
                "00000003 090807"); // data
    }

    @Test
    void create() {
        assertWire(
                Frame.request(1, new Create(GuestPath.of("/f"), OpenFlags.READ_WRITE, 0644, new Credentials(1, -2))),
                "0000001e", // length
                "00000001", // id
                "00000006", // CREATE
                "00000002 2f66", // path
                "00000002", // flags
                "000001a4", // mode
                "00000001 fffffffe"); // uid, gid
    }

    @Test
    void setattr() {
        AttributeChange change =
                new AttributeChange(8L, null, 7, null, TimeChange.NOW, new TimeChange(new Timestamp(-1, 5)));
        assertWire(
                Frame.request(1, new Setattr(new FileHandle(3), change)),
                "00000031", // length
                "00000001", // id
                "0000000c", // SETATTR
                "01 0000000000000003", // reference: a handle
                "01 0000000000000008", // size
                "00", // uid
                "01 00000007", // gid
                "00", // mode
                "01 00", // accessed: now
                "01 01 ffffffffffffffff 00000005"); // modified
    }

    @Test
    void rename() {
        assertWire(
                Frame.request(1, new Rename(GuestPath.of("/a"), GuestPath.of("/b"), RenameMode.EXCHANGE)),
                "00000015", // length
                "00000001", // id
                "00000016", // RENAME
                "00000002 2f61", // from
                "00000002 2f62", // to
                "02"); // RENAME_EXCHANGE
    }

    @Test
    void listing() {
        FileAttributes attributes = new FileAttributes(
                1,
                2,
                0120777,
                1,
                3,
                4,
                0,
                5,
                6,
                4096,
                new Timestamp(7, 8),
                new Timestamp(9, 10),
                new Timestamp(11, 12),
                false,
                true);
        DirectoryEntry entry = new DirectoryEntry("n", new FileDetails(attributes, "t", true));
        assertWire(
                Frame.reply(1, new ReadDirectory(GuestPath.ROOT, 100), new DirectoryChunk(List.of(entry), null)),
                "0000007c", // length
                "00000001", // id
                "00000000", // status: good
                "00000001", // one entry
                "00000001 6e", // name
                "0000000000000001", // device
                "0000000000000002", // inode
                "0000a1ff", // mode
                "00000001", // links
                "00000003 00000004", // uid, gid
                "0000000000000000", // rdev
                "0000000000000005", // size
                "0000000000000006", // blocks
                "00001000", // block size
                "0000000000000007 00000008", // accessed
                "0000000000000009 0000000a", // modified
                "000000000000000b 0000000c", // changed
                "00", // provisional
                "01", // removable
                "01 00000001 74", // link target
                "01", // may have xattrs
                "00", // contents: not told
                "00"); // no more
    }

    @Test
    void doneAndError() {
        assertWire(Frame.reply(5, new Sync(), Command.Done.DONE), "00000008", "00000005", "00000000");
        assertWire(
                Frame.error(5, Errno.ENOENT, "no"),
                "00000012", // length
                "00000005", // id
                "00000001", // status: error
                "00000002", // ENOENT
                "00000002 6e6f"); // message
    }

    @Test
    void anUnknownErrorNumberIsStillAnError() {
        Frame frame = new Frame(1, 1, hex("00000fff", "00000000"));

        assertThatExceptionOfType(GuestFilesystemException.class)
                .isThrownBy(() -> frame.resultOf(new Sync()))
                .satisfies(failure -> assertThat(failure.errno()).isEqualTo(Errno.EIO));
    }

    @Test
    void aLongMessageIsCut() throws Exception {
        ByteBuffer frame = Frame.error(1, Errno.EIO, "漢".repeat(1_000_000));

        assertThat(Frame.checkLength(frame.getInt())).isLessThan(50_000);
    }

    @Test
    void theLargestWriteAndTheLongestPathsFitInAFrame() throws Exception {
        ByteBuffer data = ByteBuffer.allocate(GuestFilesystem.MAX_TRANSFER_BYTES);
        GuestPath longest = GuestPath.of(("/" + "n".repeat(127)).repeat(511));

        Frame.checkLength(
                Frame.request(1, new Write(new FileHandle(1), 0, data)).getInt());
        Frame.checkLength(Frame.request(1, new Rename(longest, longest, RenameMode.REPLACE))
                .getInt());
    }

    @Test
    void aTransferThatIsTooLargeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Read(new FileHandle(1), 0, GuestFilesystem.MAX_TRANSFER_BYTES + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Read(new FileHandle(1), 0, -1));
        ByteBuffer data = ByteBuffer.allocate(GuestFilesystem.MAX_TRANSFER_BYTES + 1);
        assertThatIllegalArgumentException().isThrownBy(() -> new Write(new FileHandle(1), 0, data));
        assertThatIllegalArgumentException().isThrownBy(() -> new ReadDirectory(GuestPath.ROOT, 0));
    }

    @Test
    void aHelloOfAnotherVersionIsNotCompatible() throws Exception {
        new Hello(Hello.VERSION, "", 0).requireCompatible();

        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> new Hello(Hello.VERSION + 1, "", 0).requireCompatible())
                .withMessageContaining("version " + (Hello.VERSION + 1));
    }

    @Test
    void whatALaterVersionAddsToAHelloIsIgnored() throws Exception {
        ByteBuffer later = hex("474d4e54", "0003", "00000000", "01000000", "cafe");

        assertThat(Hello.decode(new WireReader(later))).isEqualTo(new Hello(3, "", 1 << 24));
    }

    private static void assertWire(ByteBuffer frame, String... fields) {
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(joined(fields));
    }

    private static ByteBuffer hex(String... fields) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(joined(fields)));
    }

    private static String joined(String... fields) {
        return String.join("", fields).replace(" ", "");
    }
}
