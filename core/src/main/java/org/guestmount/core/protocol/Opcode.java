package org.guestmount.core.protocol;

import org.guestmount.core.protocol.message.CopyRange;
import org.guestmount.core.protocol.message.Create;
import org.guestmount.core.protocol.message.DetectFilesystems;
import org.guestmount.core.protocol.message.Fallocate;
import org.guestmount.core.protocol.message.Flush;
import org.guestmount.core.protocol.message.Fsync;
import org.guestmount.core.protocol.message.Getattr;
import org.guestmount.core.protocol.message.Getxattr;
import org.guestmount.core.protocol.message.Link;
import org.guestmount.core.protocol.message.ListBlockDevices;
import org.guestmount.core.protocol.message.Listxattr;
import org.guestmount.core.protocol.message.Lookup;
import org.guestmount.core.protocol.message.Mkdir;
import org.guestmount.core.protocol.message.Mknod;
import org.guestmount.core.protocol.message.Mount;
import org.guestmount.core.protocol.message.Open;
import org.guestmount.core.protocol.message.PowerOff;
import org.guestmount.core.protocol.message.Read;
import org.guestmount.core.protocol.message.ReadDirectory;
import org.guestmount.core.protocol.message.Readlink;
import org.guestmount.core.protocol.message.Release;
import org.guestmount.core.protocol.message.Removexattr;
import org.guestmount.core.protocol.message.Rename;
import org.guestmount.core.protocol.message.Rmdir;
import org.guestmount.core.protocol.message.Seek;
import org.guestmount.core.protocol.message.SetClock;
import org.guestmount.core.protocol.message.Setattr;
import org.guestmount.core.protocol.message.Setxattr;
import org.guestmount.core.protocol.message.Statfs;
import org.guestmount.core.protocol.message.Symlink;
import org.guestmount.core.protocol.message.Sync;
import org.guestmount.core.protocol.message.Unlink;
import org.guestmount.core.protocol.message.UnmountAll;
import org.guestmount.core.protocol.message.Write;
import org.jspecify.annotations.Nullable;

/** Every request there is. A number once used keeps its meaning; filesystem requests are below 64. */
public enum Opcode {
    LOOKUP(1, Lookup::decode),
    GETATTR(2, Getattr::decode),
    READ_DIRECTORY(3, ReadDirectory::decode),
    READLINK(4, Readlink::decode),
    OPEN(5, Open::decode),
    CREATE(6, Create::decode),
    READ(7, Read::decode),
    WRITE(8, Write::decode),
    FLUSH(9, Flush::decode),
    FSYNC(10, Fsync::decode),
    RELEASE(11, Release::decode),
    SETATTR(12, Setattr::decode),
    FALLOCATE(13, Fallocate::decode),
    SEEK(14, Seek::decode),
    COPY_RANGE(15, CopyRange::decode),
    MKDIR(16, Mkdir::decode),
    MKNOD(17, Mknod::decode),
    SYMLINK(18, Symlink::decode),
    LINK(19, Link::decode),
    UNLINK(20, Unlink::decode),
    RMDIR(21, Rmdir::decode),
    RENAME(22, Rename::decode),
    GETXATTR(23, Getxattr::decode),
    LISTXATTR(24, Listxattr::decode),
    SETXATTR(25, Setxattr::decode),
    REMOVEXATTR(26, Removexattr::decode),
    STATFS(27, Statfs::decode),
    SYNC(28, Sync::decode),
    LIST_BLOCK_DEVICES(64, ListBlockDevices::decode),
    DETECT_FILESYSTEMS(65, DetectFilesystems::decode),
    MOUNT(66, Mount::decode),
    UNMOUNT_ALL(67, UnmountAll::decode),
    SET_CLOCK(68, SetClock::decode),
    POWER_OFF(69, PowerOff::decode);

    private static final @Nullable Opcode[] BY_CODE = new Opcode[256];

    static {
        for (Opcode opcode : values()) {
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;

    @SuppressWarnings("ImmutableEnumChecker") // method references, without state
    private final WireReader.Decoder<? extends Request<?>> decoder;

    Opcode(int code, WireReader.Decoder<? extends Request<?>> decoder) {
        this.code = code;
        this.decoder = decoder;
    }

    /** The number on the wire, 1 to 255. */
    public int code() {
        return code;
    }

    /** The opcode with this number, null if there is none. */
    public static @Nullable Opcode of(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    /** The request in a frame's body. */
    public Request<?> decode(WireReader in) throws ProtocolException {
        try {
            Request<?> request = decoder.decode(in);
            in.end();
            return request;
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(name() + ": " + e.getMessage(), e);
        }
    }
}
