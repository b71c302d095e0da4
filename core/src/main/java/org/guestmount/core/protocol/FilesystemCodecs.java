package org.guestmount.core.protocol;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FilesystemStatistics;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.SeekTarget;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.fs.TreeChange;
import org.guestmount.core.fs.TreeChange.MakeFile;
import org.guestmount.core.fs.TreeChange.Rmdir;
import org.guestmount.core.fs.TreeChange.SetAttributes;
import org.guestmount.core.fs.TreeChange.Unlink;
import org.guestmount.core.fs.XattrMode;

/** The wire form of {@link org.guestmount.core.fs}'s records: their components in order, enums by the kernel's number. */
public final class FilesystemCodecs {
    private FilesystemCodecs() {}

    public static void encodeAttributes(FileAttributes attributes, WireWriter out) {
        out.i64(attributes.device())
                .i64(attributes.inode())
                .i32(attributes.mode())
                .i32(attributes.links())
                .i32(attributes.uid())
                .i32(attributes.gid())
                .i64(attributes.rdev())
                .i64(attributes.size())
                .i64(attributes.blocks())
                .i32(attributes.blockSize());
        encodeTimestamp(attributes.accessed(), out);
        encodeTimestamp(attributes.modified(), out);
        encodeTimestamp(attributes.changed(), out);
        out.bool(attributes.provisional()).bool(attributes.removable());
    }

    public static FileAttributes decodeAttributes(WireReader in) throws ProtocolException {
        FileAttributes attributes = new FileAttributes(
                in.i64(),
                in.i64(),
                in.i32(),
                in.i32(),
                in.i32(),
                in.i32(),
                in.i64(),
                in.i64(),
                in.i64(),
                in.i32(),
                decodeTimestamp(in),
                decodeTimestamp(in),
                decodeTimestamp(in),
                in.bool(),
                in.bool());
        if (!attributes.hasInode()) {
            throw new ProtocolException("attributes of no inode");
        }
        return attributes;
    }

    public static void encodeTimestamp(Timestamp time, WireWriter out) {
        out.i64(time.seconds()).i32(time.nanos());
    }

    public static Timestamp decodeTimestamp(WireReader in) throws ProtocolException {
        return new Timestamp(in.i64(), in.i32());
    }

    public static void encodeDetails(FileDetails details, WireWriter out) {
        encodeAttributes(details.attributes(), out);
        out.optional(details.linkTarget(), (target, to) -> to.string(target))
                .bool(details.mayHaveXattrs())
                .optional(details.contents(), FilesystemCodecs::encodeExtent);
    }

    public static FileDetails decodeDetails(WireReader in) throws ProtocolException {
        return new FileDetails(
                decodeAttributes(in),
                in.optional(WireReader::string),
                in.bool(),
                in.optional(FilesystemCodecs::decodeExtent));
    }

    public static void encodeExtent(FileExtent extent, WireWriter out) {
        out.i64(extent.offset())
                .i64(extent.length())
                .u8(extent.place().code())
                .i32(extent.drive())
                .i64(extent.driveOffset());
    }

    public static FileExtent decodeExtent(WireReader in) throws ProtocolException {
        return new FileExtent(in.i64(), in.i64(), decodePlace(in), in.i32(), in.i64());
    }

    private static FileExtent.Place decodePlace(WireReader in) throws ProtocolException {
        int code = in.u8();
        for (FileExtent.Place place : FileExtent.Place.values()) {
            if (place.code() == code) {
                return place;
            }
        }
        throw new ProtocolException("place " + code + " of an extent");
    }

    public static void encodeEntry(DirectoryEntry entry, WireWriter out) {
        out.string(entry.name());
        encodeDetails(entry.details(), out);
    }

    public static DirectoryEntry decodeEntry(WireReader in) throws ProtocolException {
        return new DirectoryEntry(in.string(), decodeDetails(in));
    }

    public static void encodeChunk(DirectoryChunk chunk, WireWriter out) {
        out.list(chunk.entries(), FilesystemCodecs::encodeEntry).optional(chunk.next(), (next, to) -> to.handle(next));
    }

    public static DirectoryChunk decodeChunk(WireReader in) throws ProtocolException {
        return new DirectoryChunk(in.list(FilesystemCodecs::decodeEntry), in.optional(WireReader::handle));
    }

    public static void encodeOpened(OpenedFile opened, WireWriter out) {
        out.handle(opened.handle());
        encodeAttributes(opened.attributes(), out);
        ByteBuffer content = opened.content();
        out.bool(content != null);
        if (content != null) {
            out.bytes(content);
        }
    }

    public static OpenedFile decodeOpened(WireReader in) throws ProtocolException {
        return new OpenedFile(in.handle(), decodeAttributes(in), in.bool() ? in.bytes() : null);
    }

    public static void encodeCredentials(Credentials credentials, WireWriter out) {
        out.i32(credentials.uid()).i32(credentials.gid());
    }

    public static Credentials decodeCredentials(WireReader in) throws ProtocolException {
        return new Credentials(in.i32(), in.i32());
    }

    public static void encodeChange(AttributeChange change, WireWriter out) {
        out.optional(change.size(), (size, to) -> to.i64(size))
                .optional(change.uid(), (uid, to) -> to.i32(uid))
                .optional(change.gid(), (gid, to) -> to.i32(gid))
                .optional(change.mode(), (mode, to) -> to.i32(mode))
                .optional(change.accessed(), FilesystemCodecs::encodeTimeChange)
                .optional(change.modified(), FilesystemCodecs::encodeTimeChange);
    }

    public static AttributeChange decodeChange(WireReader in) throws ProtocolException {
        return new AttributeChange(
                in.optional(WireReader::i64),
                in.optional(WireReader::i32),
                in.optional(WireReader::i32),
                in.optional(WireReader::i32),
                in.optional(FilesystemCodecs::decodeTimeChange),
                in.optional(FilesystemCodecs::decodeTimeChange));
    }

    private static void encodeTimeChange(TimeChange change, WireWriter out) {
        out.optional(change.time(), FilesystemCodecs::encodeTimestamp);
    }

    private static TimeChange decodeTimeChange(WireReader in) throws ProtocolException {
        return new TimeChange(in.optional(FilesystemCodecs::decodeTimestamp));
    }

    private static final int MAKE_FILE = 1;
    private static final int SET_ATTRIBUTES = 2;
    private static final int UNLINK = 3;
    private static final int RMDIR = 4;

    public static void encodeTreeChange(TreeChange change, WireWriter out) {
        if (change instanceof MakeFile file) {
            out.u8(MAKE_FILE).path(file.path()).i32(file.mode());
            encodeCredentials(file.owner(), out);
            out.bytes(file.data());
            encodeChange(file.change(), out);
        } else if (change instanceof SetAttributes set) {
            out.u8(SET_ATTRIBUTES).path(set.path());
            encodeChange(set.change(), out);
        } else {
            out.u8(change instanceof Rmdir ? RMDIR : UNLINK).path(change.path());
        }
    }

    public static TreeChange decodeTreeChange(WireReader in) throws ProtocolException {
        int kind = in.u8();
        return switch (kind) {
            case MAKE_FILE -> new MakeFile(in.path(), in.i32(), decodeCredentials(in), in.bytes(), decodeChange(in));
            case SET_ATTRIBUTES -> new SetAttributes(in.path(), decodeChange(in));
            case UNLINK -> new Unlink(in.path());
            case RMDIR -> new Rmdir(in.path());
            default -> throw new ProtocolException("tree change " + kind);
        };
    }

    public static void encodeOutcome(ChangeOutcome outcome, WireWriter out) {
        out.optional(outcome.failure(), (failure, to) -> to.i32(failure.number()))
                .optional(outcome.attributes(), FilesystemCodecs::encodeAttributes);
    }

    public static ChangeOutcome decodeOutcome(WireReader in) throws ProtocolException {
        Integer failure = in.optional(WireReader::i32);
        return new ChangeOutcome(
                in.optional(FilesystemCodecs::decodeAttributes), failure == null ? null : Errno.of(failure));
    }

    public static void encodeStatistics(FilesystemStatistics statistics, WireWriter out) {
        out.i64(statistics.blockSize())
                .i64(statistics.fragmentSize())
                .i64(statistics.blocks())
                .i64(statistics.freeBlocks())
                .i64(statistics.availableBlocks())
                .i64(statistics.files())
                .i64(statistics.freeFiles())
                .i64(statistics.availableFiles())
                .i32(statistics.maxNameBytes());
    }

    public static FilesystemStatistics decodeStatistics(WireReader in) throws ProtocolException {
        return new FilesystemStatistics(
                in.i64(), in.i64(), in.i64(), in.i64(), in.i64(), in.i64(), in.i64(), in.i64(), in.i32());
    }

    public static RenameMode decodeRenameMode(WireReader in) throws ProtocolException {
        int flags = in.u8();
        for (RenameMode mode : RenameMode.values()) {
            if (mode.flags() == flags) {
                return mode;
            }
        }
        throw new ProtocolException("rename flags " + flags);
    }

    public static XattrMode decodeXattrMode(WireReader in) throws ProtocolException {
        int flags = in.u8();
        for (XattrMode mode : XattrMode.values()) {
            if (mode.flags() == flags) {
                return mode;
            }
        }
        throw new ProtocolException("xattr flags " + flags);
    }

    public static SeekTarget decodeSeekTarget(WireReader in) throws ProtocolException {
        int whence = in.u8();
        for (SeekTarget target : SeekTarget.values()) {
            if (target.whence() == whence) {
                return target;
            }
        }
        throw new ProtocolException("seek whence " + whence);
    }
}
