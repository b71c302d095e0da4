package org.guestmount.core.fs;

import java.nio.ByteBuffer;

/**
 * What is to be done with an open file, in this order: write, set attributes, release. After a failure nothing else is
 * done but the release.
 *
 * @param offset where the data goes, in bytes, at least 0
 * @param data its remaining bytes, at most {@link GuestFilesystem#MAX_TRANSFER_BYTES}; none if there is nothing to write
 * @param change {@link AttributeChange#NONE} if there is nothing to set
 * @param release whether the file is closed, whatever fails before
 */
public record FileUpdate(FileHandle file, long offset, ByteBuffer data, AttributeChange change, boolean release) {
    public FileUpdate {
        if (data.remaining() > GuestFilesystem.MAX_TRANSFER_BYTES) {
            throw new IllegalArgumentException("update with " + data.remaining() + " bytes");
        }
    }

    /** Does it, step by step. */
    public void applyTo(GuestFilesystem filesystem) throws GuestFilesystemException {
        try {
            write(filesystem);
            if (!change.isNone()) {
                filesystem.setattr(file, change);
            }
        } catch (GuestFilesystemException e) {
            releaseAfter(e, filesystem);
            throw e;
        }
        if (release) {
            filesystem.release(file);
        }
    }

    /** A write that ends early is gone on with, to learn of the error that ended it. */
    private void write(GuestFilesystem filesystem) throws GuestFilesystemException {
        ByteBuffer rest = data.duplicate();
        for (long at = offset; rest.hasRemaining(); ) {
            int count = filesystem.write(file, at, rest);
            if (count <= 0) {
                throw GuestFilesystemException.of(Errno.EIO, "write", file);
            }
            at += count;
        }
    }

    private void releaseAfter(GuestFilesystemException failure, GuestFilesystem filesystem) {
        if (release) {
            try {
                filesystem.release(file);
            } catch (GuestFilesystemException e) {
                failure.addSuppressed(e);
            }
        }
    }
}
