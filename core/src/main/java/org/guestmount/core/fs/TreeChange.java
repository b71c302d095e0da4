package org.guestmount.core.fs;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A change of the tree that is done together with others, and tells what came of it only to itself. */
public sealed interface TreeChange {
    /** What it is done to, the path leading through no symbolic link. */
    GuestPath path();

    /**
     * Does it.
     *
     * @return the attributes afterwards, if anything is there
     */
    @Nullable
    FileAttributes applyTo(GuestFilesystem filesystem) throws GuestFilesystemException;

    /**
     * A regular file is made, which must not exist; then written, its attributes set, and closed. After a failure it stays as far as it
     * was made.
     *
     * @param mode permission bits, 0 to 07777; no umask is applied
     * @param data its contents
     * @param change {@link AttributeChange#NONE} if there is nothing to set
     */
    record MakeFile(GuestPath path, int mode, Credentials owner, ByteBuffer data, AttributeChange change)
            implements TreeChange {
        /** The same with other contents. */
        public MakeFile with(ByteBuffer contents) {
            return new MakeFile(path, mode, owner, contents, change);
        }

        @Override
        public FileAttributes applyTo(GuestFilesystem filesystem) throws GuestFilesystemException {
            OpenFlags flags = new OpenFlags(OpenFlags.WRONLY | OpenFlags.EXCL);
            FileHandle file = filesystem.create(path, flags, mode, owner).handle();
            new FileUpdate(file, 0, data, change, true).applyTo(filesystem);
            return filesystem.getattr(path);
        }
    }

    /** As {@link GuestFilesystem#setattr}. */
    record SetAttributes(GuestPath path, AttributeChange change) implements TreeChange {
        @Override
        public FileAttributes applyTo(GuestFilesystem filesystem) throws GuestFilesystemException {
            return filesystem.setattr(path, change);
        }
    }

    /** As {@link GuestFilesystem#unlink}. */
    record Unlink(GuestPath path) implements TreeChange {
        @Override
        public @Nullable FileAttributes applyTo(GuestFilesystem filesystem) throws GuestFilesystemException {
            filesystem.unlink(path);
            return null;
        }
    }

    /** As {@link GuestFilesystem#rmdir}. */
    record Rmdir(GuestPath path) implements TreeChange {
        @Override
        public @Nullable FileAttributes applyTo(GuestFilesystem filesystem) throws GuestFilesystemException {
            filesystem.rmdir(path);
            return null;
        }
    }
}
