package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import java.util.List;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;

/** A filesystem that can write a reply itself where making objects of it would take long. */
interface EncodingFilesystem extends GuestFilesystem {
    /**
     * {@link #readDirectory}, which puts the {@link DirectoryChunk} into a buffer as it is sent.
     *
     * @param out with room for {@link #MAX_TRANSFER_BYTES} and one entry more, written from its position on
     */
    void readDirectory(FileReference directory, int maxBytes, ByteBuffer out) throws GuestFilesystemException;

    /**
     * {@link #listTrees}, which puts the result into a buffer as it is sent.
     *
     * @param out as above
     */
    void listTrees(List<GuestPath> roots, boolean byName, int maxDirectories, ByteBuffer out);
}
