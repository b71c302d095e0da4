package org.guestmount.core.protocol;

import org.guestmount.core.protocol.message.Assemble;
import org.guestmount.core.protocol.message.ChangeTree;
import org.guestmount.core.protocol.message.CopyRange;
import org.guestmount.core.protocol.message.Create;
import org.guestmount.core.protocol.message.DetectFilesystems;
import org.guestmount.core.protocol.message.Fallocate;
import org.guestmount.core.protocol.message.Flush;
import org.guestmount.core.protocol.message.Fsync;
import org.guestmount.core.protocol.message.Getattr;
import org.guestmount.core.protocol.message.Getxattr;
import org.guestmount.core.protocol.message.Inspect;
import org.guestmount.core.protocol.message.Link;
import org.guestmount.core.protocol.message.ListBlockDevices;
import org.guestmount.core.protocol.message.ListTrees;
import org.guestmount.core.protocol.message.Listxattr;
import org.guestmount.core.protocol.message.Lookup;
import org.guestmount.core.protocol.message.LuksMetadata;
import org.guestmount.core.protocol.message.MapExtents;
import org.guestmount.core.protocol.message.MapSmallFiles;
import org.guestmount.core.protocol.message.MemoryToUnlock;
import org.guestmount.core.protocol.message.Mkdir;
import org.guestmount.core.protocol.message.Mknod;
import org.guestmount.core.protocol.message.Mount;
import org.guestmount.core.protocol.message.Open;
import org.guestmount.core.protocol.message.PowerOff;
import org.guestmount.core.protocol.message.Read;
import org.guestmount.core.protocol.message.ReadDirectory;
import org.guestmount.core.protocol.message.ReadIntoWindow;
import org.guestmount.core.protocol.message.ReadSmallFiles;
import org.guestmount.core.protocol.message.Readlink;
import org.guestmount.core.protocol.message.Release;
import org.guestmount.core.protocol.message.Removexattr;
import org.guestmount.core.protocol.message.Rename;
import org.guestmount.core.protocol.message.Rmdir;
import org.guestmount.core.protocol.message.Seek;
import org.guestmount.core.protocol.message.Setattr;
import org.guestmount.core.protocol.message.Settle;
import org.guestmount.core.protocol.message.Setxattr;
import org.guestmount.core.protocol.message.Statfs;
import org.guestmount.core.protocol.message.Symlink;
import org.guestmount.core.protocol.message.Sync;
import org.guestmount.core.protocol.message.Unlink;
import org.guestmount.core.protocol.message.Unlock;
import org.guestmount.core.protocol.message.UnmountAll;
import org.guestmount.core.protocol.message.UpdateFile;
import org.guestmount.core.protocol.message.UpdateFromWindow;
import org.guestmount.core.protocol.message.Wake;
import org.guestmount.core.protocol.message.Write;
import org.guestmount.core.protocol.message.WriteFromWindow;
import org.jspecify.annotations.Nullable;

/** Every request there is. A number once used keeps its meaning; filesystem requests are below 64. */
public enum Opcode {
    LOOKUP(1),
    GETATTR(2),
    READ_DIRECTORY(3),
    READLINK(4),
    OPEN(5),
    CREATE(6),
    READ(7),
    WRITE(8),
    FLUSH(9),
    FSYNC(10),
    RELEASE(11),
    SETATTR(12),
    FALLOCATE(13),
    SEEK(14),
    COPY_RANGE(15),
    MKDIR(16),
    MKNOD(17),
    SYMLINK(18),
    LINK(19),
    UNLINK(20),
    RMDIR(21),
    RENAME(22),
    GETXATTR(23),
    LISTXATTR(24),
    SETXATTR(25),
    REMOVEXATTR(26),
    STATFS(27),
    SYNC(28),
    READ_SMALL_FILES(29),
    READ_INTO_WINDOW(30),
    WRITE_FROM_WINDOW(31),
    UPDATE_FILE(32),
    MAP_EXTENTS(33),
    MAP_SMALL_FILES(34),
    UPDATE_FROM_WINDOW(35),
    LIST_TREES(36),
    CHANGE_TREE(37),
    LIST_BLOCK_DEVICES(64),
    DETECT_FILESYSTEMS(65),
    MOUNT(66),
    UNMOUNT_ALL(67),
    WAKE(68),
    POWER_OFF(69),
    SETTLE(70),
    ASSEMBLE(71),
    UNLOCK(72),
    INSPECT(73),
    MEMORY_TO_UNLOCK(74),
    LUKS_METADATA(75);

    private static final @Nullable Opcode[] BY_CODE = new Opcode[256];

    static {
        for (Opcode opcode : values()) {
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;

    Opcode(int code) {
        this.code = code;
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
            Request<?> request = decodeBody(in);
            in.end();
            return request;
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(name() + ": " + e.getMessage(), e);
        }
    }

    private Request<?> decodeBody(WireReader in) throws ProtocolException {
        return switch (this) {
            case LOOKUP -> Lookup.decode(in);
            case GETATTR -> Getattr.decode(in);
            case READ_DIRECTORY -> ReadDirectory.decode(in);
            case READLINK -> Readlink.decode(in);
            case OPEN -> Open.decode(in);
            case CREATE -> Create.decode(in);
            case READ -> Read.decode(in);
            case WRITE -> Write.decode(in);
            case FLUSH -> Flush.decode(in);
            case FSYNC -> Fsync.decode(in);
            case RELEASE -> Release.decode(in);
            case SETATTR -> Setattr.decode(in);
            case FALLOCATE -> Fallocate.decode(in);
            case SEEK -> Seek.decode(in);
            case COPY_RANGE -> CopyRange.decode(in);
            case MKDIR -> Mkdir.decode(in);
            case MKNOD -> Mknod.decode(in);
            case SYMLINK -> Symlink.decode(in);
            case LINK -> Link.decode(in);
            case UNLINK -> Unlink.decode(in);
            case RMDIR -> Rmdir.decode(in);
            case RENAME -> Rename.decode(in);
            case GETXATTR -> Getxattr.decode(in);
            case LISTXATTR -> Listxattr.decode(in);
            case SETXATTR -> Setxattr.decode(in);
            case REMOVEXATTR -> Removexattr.decode(in);
            case STATFS -> Statfs.decode(in);
            case SYNC -> Sync.decode(in);
            case READ_SMALL_FILES -> ReadSmallFiles.decode(in);
            case READ_INTO_WINDOW -> ReadIntoWindow.decode(in);
            case WRITE_FROM_WINDOW -> WriteFromWindow.decode(in);
            case MAP_EXTENTS -> MapExtents.decode(in);
            case MAP_SMALL_FILES -> MapSmallFiles.decode(in);
            case UPDATE_FILE -> UpdateFile.decode(in);
            case UPDATE_FROM_WINDOW -> UpdateFromWindow.decode(in);
            case LIST_TREES -> ListTrees.decode(in);
            case CHANGE_TREE -> ChangeTree.decode(in);
            case LIST_BLOCK_DEVICES -> ListBlockDevices.decode(in);
            case DETECT_FILESYSTEMS -> DetectFilesystems.decode(in);
            case INSPECT -> Inspect.decode(in);
            case MOUNT -> Mount.decode(in);
            case UNMOUNT_ALL -> UnmountAll.decode(in);
            case WAKE -> Wake.decode(in);
            case SETTLE -> Settle.decode(in);
            case ASSEMBLE -> Assemble.decode(in);
            case UNLOCK -> Unlock.decode(in);
            case MEMORY_TO_UNLOCK -> MemoryToUnlock.decode(in);
            case LUKS_METADATA -> LuksMetadata.decode(in);
            case POWER_OFF -> PowerOff.decode(in);
        };
    }
}
