package org.guestmount.core.protocol;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.FileUpdate;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.SeekTarget;
import org.guestmount.core.fs.XattrMode;
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

/** Any request of each opcode, with any result it may have. */
final class Messages {
    private Messages() {}

    /**
     * A request and a result.
     *
     * @param <R> the result's type
     */
    record Exchange<R>(Request<R> request, R result) {}

    /** An exchange of any opcode. */
    static Arbitrary<Exchange<?>> exchanges() {
        return Arbitraries.of(Opcode.class).flatMap(Messages::exchanges);
    }

    static Arbitrary<Exchange<?>> exchanges(Opcode opcode) {
        return switch (opcode) {
            case LOOKUP -> pairs(Vocabulary.paths().map(Lookup::new), Vocabulary.details());
            case GETATTR -> pairs(Vocabulary.references().map(Getattr::new), Vocabulary.attributes());
            case READ_DIRECTORY ->
                pairs(
                        Combinators.combine(Vocabulary.references(), transferSizes(1))
                                .as(ReadDirectory::new),
                        Vocabulary.chunks());
            case LIST_TREES ->
                pairs(
                        Combinators.combine(
                                        Vocabulary.paths().list().ofMaxSize(5),
                                        Arbitraries.of(true, false),
                                        transferSizes(1))
                                .as(ListTrees::new),
                        Vocabulary.chunks()
                                .map(DirectoryChunk::entries)
                                .optional()
                                .list()
                                .ofMaxSize(5));
            case READ_SMALL_FILES ->
                pairs(
                        Combinators.combine(
                                        Vocabulary.paths(),
                                        Vocabulary.names().list().ofMaxSize(5))
                                .as(ReadSmallFiles::new),
                        Vocabulary.buffers(300).optional().list().ofMaxSize(5));
            case READLINK -> pairs(Vocabulary.paths().map(Readlink::new), Vocabulary.strings(1, 4095));
            case OPEN ->
                pairs(
                        Combinators.combine(Vocabulary.paths(), Vocabulary.openFlags())
                                .as(Open::new),
                        Vocabulary.openedFiles());
            case CREATE ->
                pairs(
                        Combinators.combine(
                                        Vocabulary.paths(),
                                        Vocabulary.openFlags(),
                                        Vocabulary.ints(),
                                        Vocabulary.credentials())
                                .as(Create::new),
                        Vocabulary.openedFiles());
            case READ ->
                pairs(
                        Combinators.combine(Vocabulary.handles(), Vocabulary.longs(), transferSizes(0))
                                .as(Read::new),
                        Vocabulary.buffers(5000));
            case WRITE ->
                pairs(
                        Combinators.combine(Vocabulary.handles(), Vocabulary.longs(), Vocabulary.buffers(5000))
                                .as(Write::new),
                        Vocabulary.ints());
            case READ_INTO_WINDOW ->
                pairs(
                        Combinators.combine(Vocabulary.handles(), Vocabulary.longs(), windowParts())
                                .as(ReadIntoWindow::new),
                        Vocabulary.ints());
            case WRITE_FROM_WINDOW ->
                pairs(
                        Combinators.combine(Vocabulary.handles(), Vocabulary.longs(), windowParts())
                                .as(WriteFromWindow::new),
                        Vocabulary.ints());
            case MAP_EXTENTS ->
                pairs(
                        Combinators.combine(Vocabulary.handles(), Vocabulary.longs())
                                .as(MapExtents::new),
                        Vocabulary.extents().list().ofMaxSize(5));
            case MAP_SMALL_FILES ->
                pairs(
                        Combinators.combine(
                                        Vocabulary.paths(),
                                        Vocabulary.names().list().ofMaxSize(5))
                                .as(MapSmallFiles::new),
                        Vocabulary.extents().list().ofMaxSize(3).list().ofMaxSize(5));
            case FLUSH -> commands(Vocabulary.handles().map(Flush::new));
            case FSYNC ->
                commands(Combinators.combine(Vocabulary.references(), Arbitraries.of(true, false))
                        .as(Fsync::new));
            case RELEASE -> commands(Vocabulary.handles().map(Release::new));
            case SETATTR ->
                pairs(
                        Combinators.combine(Vocabulary.references(), Vocabulary.changes())
                                .as(Setattr::new),
                        Vocabulary.attributes());
            case FALLOCATE ->
                commands(Combinators.combine(
                                Vocabulary.handles(), Vocabulary.ints(), Vocabulary.longs(), Vocabulary.longs())
                        .as(Fallocate::new));
            case SEEK ->
                pairs(
                        Combinators.combine(Vocabulary.handles(), Vocabulary.longs(), Arbitraries.of(SeekTarget.class))
                                .as(Seek::new),
                        Vocabulary.longs());
            case COPY_RANGE ->
                pairs(
                        Combinators.combine(
                                        Vocabulary.handles(),
                                        Vocabulary.longs(),
                                        Vocabulary.handles(),
                                        Vocabulary.longs(),
                                        Vocabulary.longs())
                                .as(CopyRange::new),
                        Vocabulary.longs());
            case MKDIR ->
                pairs(
                        Combinators.combine(Vocabulary.paths(), Vocabulary.ints(), Vocabulary.credentials())
                                .as(Mkdir::new),
                        Vocabulary.attributes());
            case MKNOD ->
                pairs(
                        Combinators.combine(
                                        Vocabulary.paths(),
                                        Vocabulary.ints(),
                                        Vocabulary.longs(),
                                        Vocabulary.credentials())
                                .as(Mknod::new),
                        Vocabulary.attributes());
            case SYMLINK ->
                pairs(
                        Combinators.combine(Vocabulary.strings(0, 4095), Vocabulary.paths(), Vocabulary.credentials())
                                .as(Symlink::new),
                        Vocabulary.attributes());
            case LINK ->
                pairs(
                        Combinators.combine(Vocabulary.references(), Vocabulary.paths())
                                .as(Link::new),
                        Vocabulary.attributes());
            case UNLINK -> commands(Vocabulary.paths().map(Unlink::new));
            case RMDIR -> commands(Vocabulary.paths().map(Rmdir::new));
            case RENAME ->
                commands(Combinators.combine(Vocabulary.paths(), Vocabulary.paths(), Arbitraries.of(RenameMode.class))
                        .as(Rename::new));
            case GETXATTR ->
                pairs(
                        Combinators.combine(Vocabulary.references(), Vocabulary.strings(0, 255))
                                .as(Getxattr::new),
                        Vocabulary.buffers(2000));
            case LISTXATTR ->
                pairs(
                        Vocabulary.references().map(Listxattr::new),
                        Vocabulary.strings(1, 255).list().ofMaxSize(20));
            case SETXATTR ->
                commands(Combinators.combine(
                                Vocabulary.references(),
                                Vocabulary.strings(0, 255),
                                Vocabulary.buffers(2000),
                                Arbitraries.of(XattrMode.class))
                        .as(Setxattr::new));
            case REMOVEXATTR ->
                commands(Combinators.combine(Vocabulary.references(), Vocabulary.strings(0, 255))
                        .as(Removexattr::new));
            case STATFS -> pairs(Vocabulary.paths().map(Statfs::new), Vocabulary.statistics());
            case SYNC -> commands(Arbitraries.just(new Sync()));
            case UPDATE_FILE ->
                commands(Combinators.combine(
                                Vocabulary.handles(),
                                Vocabulary.longs(),
                                Vocabulary.buffers(5000),
                                Vocabulary.changes(),
                                Arbitraries.of(true, false))
                        .as(FileUpdate::new)
                        .map(UpdateFile::new));
            case UPDATE_FROM_WINDOW ->
                commands(Combinators.combine(
                                Vocabulary.handles(),
                                Vocabulary.longs(),
                                windowParts(),
                                Vocabulary.changes(),
                                Arbitraries.of(true, false))
                        .as(UpdateFromWindow::new));
            case CHANGE_TREE ->
                pairs(
                        Combinators.combine(
                                        Vocabulary.treeChanges().list().ofMaxSize(5),
                                        windowParts().list().ofMaxSize(5))
                                .as(ChangeTree::new),
                        Vocabulary.outcomes().list().ofMaxSize(5));
            case LIST_BLOCK_DEVICES ->
                pairs(
                        Vocabulary.ints().map(ListBlockDevices::new),
                        Vocabulary.blockDevices().list().ofMaxSize(5));
            case DETECT_FILESYSTEMS ->
                pairs(
                        Arbitraries.just(new DetectFilesystems()),
                        Vocabulary.detectedFilesystems().list().ofMaxSize(5));
            case INSPECT ->
                pairs(
                        Arbitraries.just(new Inspect()),
                        Vocabulary.operatingSystems().list().ofMaxSize(3));
            case MOUNT -> pairs(Vocabulary.mountRequests().map(Mount::new), Vocabulary.mountOutcomes());
            case UNMOUNT_ALL -> commands(Arbitraries.just(new UnmountAll()));
            case WAKE ->
                commands(Combinators.combine(Vocabulary.timestamps(), Vocabulary.buffers(512))
                        .as(Wake::new));
            case SETTLE -> commands(Arbitraries.just(new Settle()));
            case ASSEMBLE ->
                pairs(
                        Arbitraries.just(new Assemble()),
                        Vocabulary.texts().list().ofMaxSize(5));
            case UNLOCK ->
                pairs(
                        Combinators.combine(Vocabulary.texts(), Vocabulary.buffers(2000))
                                .as(Unlock::new),
                        Vocabulary.texts());
            case MEMORY_TO_UNLOCK -> pairs(Vocabulary.texts().map(MemoryToUnlock::new), Vocabulary.longs());
            case LUKS_METADATA -> pairs(Vocabulary.texts().map(LuksMetadata::new), Vocabulary.texts());
            case POWER_OFF -> commands(Arbitraries.just(new PowerOff()));
        };
    }

    private static <R> Arbitrary<Exchange<?>> pairs(
            Arbitrary<? extends Request<R>> requests, Arbitrary<? extends R> results) {
        return Combinators.combine(requests, results).as((request, result) -> new Exchange<R>(request, result));
    }

    private static Arbitrary<Exchange<?>> commands(Arbitrary<? extends Command> requests) {
        return pairs(requests, Arbitraries.just(Command.Done.DONE));
    }

    private static Arbitrary<WindowPart> windowParts() {
        return Combinators.combine(Arbitraries.integers().greaterOrEqual(0), transferSizes(0))
                .as(WindowPart::new);
    }

    private static Arbitrary<Integer> transferSizes(int least) {
        return Arbitraries.integers().between(least, GuestFilesystem.MAX_TRANSFER_BYTES);
    }
}
