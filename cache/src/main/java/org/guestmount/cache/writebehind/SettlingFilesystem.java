package org.guestmount.cache.writebehind;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FilesystemStatistics;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;

/**
 * Has what was put off done before the guest is asked for anything in which it would be seen, and reports what of it failed with nobody left to
 * be told.
 */
abstract class SettlingFilesystem extends ForwardingGuestFilesystem {
    final GuestFilesystem guest;
    final Backlog backlog = new Backlog();

    /** @param guest closed with this */
    SettlingFilesystem(GuestFilesystem guest) {
        super(guest);
        this.guest = guest;
    }

    /** Has done everything that is put off. */
    abstract void settleAll();

    /** Has done what could be seen in listings of that directory and what is below it. */
    void settleTree(FileReference directory) {
        settleAll();
    }

    /** Has done what is put off of a file, and returns by what the guest knows it. */
    abstract FileReference settled(FileReference file) throws GuestFilesystemException;

    /** As {@link #settled(FileReference)}. */
    abstract FileHandle settled(FileHandle file) throws GuestFilesystemException;

    /** Nothing is put off any more: gives up everything else, and what fails with it. */
    abstract void end();

    @Override
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        settleTree(directory);
        return guest.readDirectory(directory, maxBytes);
    }

    @Override
    public List<Optional<List<DirectoryEntry>>> listTrees(List<GuestPath> roots, boolean byName, int maxDirectories)
            throws GuestFilesystemException {
        roots.forEach(this::settleTree);
        return guest.listTrees(roots, byName, maxDirectories);
    }

    @Override
    public List<Optional<ByteBuffer>> readSmallFiles(GuestPath directory, List<String> names)
            throws GuestFilesystemException {
        settleAll();
        return guest.readSmallFiles(directory, names);
    }

    @Override
    public List<List<FileExtent>> mapSmallFiles(GuestPath directory, List<String> names)
            throws GuestFilesystemException {
        settleAll();
        return guest.mapSmallFiles(directory, names);
    }

    @Override
    protected FileReference passed(FileReference file) throws GuestFilesystemException {
        return settled(file);
    }

    @Override
    protected FileHandle passed(FileHandle file) throws GuestFilesystemException {
        return settled(file);
    }

    @Override
    public FilesystemStatistics statfs(GuestPath path) throws GuestFilesystemException {
        settleAll();
        return guest.statfs(path);
    }

    @Override
    public void sync() throws GuestFilesystemException {
        settleAll();
        guest.sync();
        backlog.throwUnreported();
    }

    /**
     * @throws GuestFilesystemException also if anything answered through this object was lost after the last program that
     *     could be told had closed the file
     */
    @Override
    public void close() throws GuestFilesystemException {
        settleAll();
        end();
        guest.close();
        backlog.throwLost();
    }
}
