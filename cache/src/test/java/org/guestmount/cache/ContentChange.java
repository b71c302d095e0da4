package org.guestmount.cache;

import com.google.errorprone.annotations.Immutable;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.TreeChange;

/** What can happen to a file's contents, and to its names. */
enum ContentChange {
    WRITE(filesystem -> write(filesystem, Names.FILE, OpenFlags.READ_WRITE, 50)),
    WRITE_BY_ANOTHER_NAME(filesystem -> write(filesystem, Names.OTHER, OpenFlags.READ_WRITE, 51)),
    OPEN_TRUNCATING(filesystem -> write(filesystem, Names.FILE, new OpenFlags(OpenFlags.RDWR | OpenFlags.TRUNC), 52)),
    CREATE_TRUNCATING(filesystem -> filesystem.release(filesystem
            .create(Names.FILE, new OpenFlags(OpenFlags.RDWR | OpenFlags.TRUNC), 0644, Credentials.ROOT)
            .handle())),
    TRUNCATE(filesystem -> filesystem.setattr(Names.OTHER, AttributeChange.ofSize(10))),
    EXTEND(filesystem -> filesystem.setattr(Names.FILE, AttributeChange.ofSize(2 * 100_000))),
    MODE(filesystem -> filesystem.setattr(Names.FILE, AttributeChange.ofMode(0600))),
    UNLINK(filesystem -> filesystem.unlink(Names.FILE)),
    UNLINK_LATER(filesystem ->
            filesystem.changeLater(List.of(new TreeChange.Unlink(Names.FILE))).join()),
    UNLINK_AND_MAKE_ANOTHER(filesystem -> {
        filesystem.unlink(Names.FILE);
        filesystem.unlink(Names.OTHER);
        OpenFlags flags = new OpenFlags(OpenFlags.RDWR | OpenFlags.EXCL);
        FileHandle file =
                filesystem.create(Names.FILE, flags, 0644, Credentials.ROOT).handle();
        filesystem.write(file, 0, ByteBuffer.allocate(1001));
        filesystem.release(file);
    }),
    RENAME(filesystem -> filesystem.rename(Names.FILE, GuestPath.of("/moved"), RenameMode.REPLACE)),
    RENAME_OVER(filesystem -> filesystem.rename(Names.FILE.parent().resolve("f2"), Names.FILE, RenameMode.REPLACE)),
    EXCHANGE(filesystem -> filesystem.rename(Names.FILE.parent().resolve("f3"), Names.FILE, RenameMode.EXCHANGE)),
    RENAME_DIRECTORY(filesystem -> filesystem.rename(Names.FILE.parent(), GuestPath.of("/other"), RenameMode.REPLACE));

    /** Of the file that is changed, or has its names changed. */
    static final class Names {
        static final GuestPath FILE = GuestPath.of("/dir/f1");
        static final GuestPath OTHER = GuestPath.of("/link");

        private Names() {}
    }

    private final Body body;

    ContentChange(Body body) {
        this.body = body;
    }

    @Immutable
    private interface Body {
        void run(GuestFilesystem filesystem) throws GuestFilesystemException;
    }

    /**
     * A tree that all of them can be done to: {@code /dir/f0} and so on, and another name of the second.
     *
     * @param bytes of the first file; each has one more than that before
     */
    static GuestFilesystem newTree(int files, int bytes) {
        try {
            GuestFilesystem tree = new InMemoryGuestFilesystem(() -> Instant.EPOCH);
            GuestPath directory = Names.FILE.parent();
            tree.mkdir(directory, 0755, Credentials.ROOT);
            for (int i = 0; i < files; i++) {
                GuestPath path = directory.resolve("f" + i);
                tree.release(tree.create(path, OpenFlags.READ_WRITE, 0644, Credentials.ROOT)
                        .handle());
                write(tree, path, OpenFlags.READ_WRITE, bytes + i);
            }
            tree.link(Names.FILE, Names.OTHER);
            return tree;
        } catch (GuestFilesystemException e) {
            throw new AssertionError(e);
        }
    }

    /** Does it to such a tree. */
    void run(GuestFilesystem filesystem) throws GuestFilesystemException {
        body.run(filesystem);
    }

    /** Bytes that are different from those of other numbers. */
    private static void write(GuestFilesystem filesystem, GuestPath path, OpenFlags flags, int number)
            throws GuestFilesystemException {
        byte[] data = new byte[number];
        Arrays.fill(data, (byte) number);
        FileHandle file = filesystem.open(path, flags).handle();
        filesystem.write(file, 0, ByteBuffer.wrap(data));
        filesystem.release(file);
    }
}
