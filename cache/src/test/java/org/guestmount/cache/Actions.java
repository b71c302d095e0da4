package org.guestmount.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.fs.XattrMode;

/** Makes random operations on a small tree, each of which can be done on several filesystems alike. */
final class Actions {
    static final List<String> XATTRS = List.of("user.x", "security.capability", "system.posix_acl_access");

    private static final int LARGE_BYTES = 2 * GuestFilesystem.SMALL_FILE_BYTES;

    private final Random random;
    private final List<String> names;

    private final Predicate<GuestPath> mayBeUsed;

    Actions(Random random, List<String> names) {
        this(random, names, path -> true);
    }

    /** @param mayBeUsed what {@link #path} is limited to; not everything may be refused */
    Actions(Random random, List<String> names, Predicate<GuestPath> mayBeUsed) {
        this.random = random;
        this.names = names;
        this.mayBeUsed = mayBeUsed;
    }

    /** A filesystem and the files that were opened on it, in the order they were. */
    record Side(GuestFilesystem filesystem, List<FileHandle> open) {
        Side(GuestFilesystem filesystem) {
            this(filesystem, new ArrayList<>());
        }

        FileHandle file(int index) throws GuestFilesystemException {
            return open.get(indexOf(index));
        }

        /** The file, which is not to be used any more. */
        FileHandle take(int index) throws GuestFilesystemException {
            return open.remove(indexOf(index));
        }

        private int indexOf(int index) throws GuestFilesystemException {
            if (open.isEmpty()) {
                throw GuestFilesystemException.of(Errno.EBADF, "choose", "no file is open");
            }
            return index % open.size();
        }
    }

    /** An operation; what it returns is compared with {@code equals}. */
    @FunctionalInterface
    interface Body {
        Object run(Side side) throws GuestFilesystemException;
    }

    record Action(String description, Body body) {
        /** The result, or the errno. */
        Object on(Side side) {
            try {
                return body.run(side);
            } catch (GuestFilesystemException e) {
                return e.errno();
            }
        }
    }

    /** All paths of up to that many names. */
    List<GuestPath> paths(int depth) {
        List<GuestPath> all = new ArrayList<>(List.of(GuestPath.ROOT));
        for (int from = 0; depth > 0; depth--) {
            int to = all.size();
            for (; from < to; from++) {
                for (String name : names) {
                    all.add(all.get(from).resolve(name));
                }
            }
        }
        return all;
    }

    GuestPath path() {
        while (true) {
            GuestPath path = GuestPath.ROOT;
            for (int depth = 1 + random.nextInt(3); depth > 0; depth--) {
                path = path.resolve(names.get(random.nextInt(names.size())));
            }
            if (mayBeUsed.test(path)) {
                return path;
            }
        }
    }

    private static Action on(String description, Body body) {
        return new Action(description, body);
    }

    /** An operation that returns nothing. */
    @FunctionalInterface
    private interface Step {
        void run(Side side) throws GuestFilesystemException;
    }

    private static Action toDo(String description, Step step) {
        return on(description, side -> {
            step.run(side);
            return "done";
        });
    }

    /** Something that changes the tree, or tries to. */
    Action change(int openFiles) {
        int kind = random.nextInt(100);
        if (kind < 60 || openFiles == 0) {
            return changeByPath(kind % 18);
        }
        return changeByHandle(random.nextInt(openFiles), random.nextInt(7));
    }

    private Action changeByPath(int kind) {
        GuestPath path = path();
        GuestPath other = path();
        int number = random.nextInt(6);
        return switch (kind) {
            case 0, 1 -> on("mkdir " + path, side -> side.filesystem().mkdir(path, 0755, Credentials.ROOT));
            case 2, 3 -> create(path, number);
            case 4 -> open(path, number);
            case 5 ->
                on(
                        "mknod " + path,
                        side -> side.filesystem().mknod(path, FileType.FIFO.modeBits() | 0600, 0, Credentials.ROOT));
            case 6 ->
                on(
                        "symlink " + other + " " + path,
                        side -> side.filesystem().symlink(other.toString(), path, Credentials.ROOT));
            case 7 -> on("link " + other + " " + path, side -> side.filesystem().link(other, path));
            case 8 -> toDo("unlink " + path, side -> side.filesystem().unlink(path));
            case 9 -> toDo("rmdir " + path, side -> side.filesystem().rmdir(path));
            case 10, 11 -> {
                RenameMode mode = oneOf(EnumSet.allOf(RenameMode.class));
                yield toDo(
                        "rename " + path + " " + other + " " + mode,
                        side -> side.filesystem().rename(path, other, mode));
            }
            case 12 -> setattr(path.toString(), number, side -> path);
            case 13 -> setxattr(path.toString(), number, side -> path);
            case 14, 15, 16 -> open(path, OpenFlags.READ_ONLY);
            default -> removexattr(path.toString(), side -> path);
        };
    }

    /** Mostly a small file's. */
    private int size() {
        return random.nextInt(random.nextInt(4) == 0 ? LARGE_BYTES : 9000);
    }

    private <T> T oneOf(Collection<T> all) {
        return List.copyOf(all).get(random.nextInt(all.size()));
    }

    private Action create(GuestPath path, int number) {
        int more = number == 0 ? OpenFlags.EXCL : number == 1 ? OpenFlags.TRUNC : 0;
        OpenFlags flags = new OpenFlags(OpenFlags.RDWR | more);
        return on(
                "create " + path + " " + flags,
                side -> opened(side, side.filesystem().create(path, flags, 0644, Credentials.ROOT)));
    }

    private Action open(GuestPath path, int number) {
        return open(path, new OpenFlags(OpenFlags.RDWR | (number == 0 ? OpenFlags.TRUNC : 0)));
    }

    /** The host's kernel looks a name up before it opens it. */
    private static Action open(GuestPath path, OpenFlags flags) {
        return on("open " + path + " " + flags, side -> {
            side.filesystem().lookup(path);
            return opened(side, side.filesystem().open(path, flags));
        });
    }

    private static Object opened(Side side, OpenedFile file) {
        side.open().add(file.handle());
        return file.attributes();
    }

    /** Which file of a side is meant. */
    @FunctionalInterface
    private interface Subject {
        FileReference of(Side side) throws GuestFilesystemException;
    }

    private Action setattr(String description, int number, Subject subject) {
        AttributeChange change = switch (number) {
            case 0, 1 -> AttributeChange.ofSize(size());
            case 2 -> AttributeChange.ofMode(random.nextInt(010000));
            case 3 -> AttributeChange.ofOwner(random.nextInt(3), null);
            case 4 -> AttributeChange.ofTimes(new TimeChange(new Timestamp(number, random.nextInt(1000))), null);
            default -> AttributeChange.ofTimes(null, TimeChange.NOW);
        };
        return on(
                "setattr " + description + " " + change,
                side -> side.filesystem().setattr(subject.of(side), change));
    }

    private Action setxattr(String description, int number, Subject subject) {
        String name = XATTRS.get(random.nextInt(XATTRS.size()));
        byte[] value = new byte[number == 0 ? 3000 : number - 1];
        random.nextBytes(value);
        XattrMode mode = oneOf(EnumSet.allOf(XattrMode.class));
        return toDo(
                "setxattr " + description + " " + name + " " + mode,
                side -> side.filesystem().setxattr(subject.of(side), name, value, mode));
    }

    private Action removexattr(String description, Subject subject) {
        String name = XATTRS.get(random.nextInt(XATTRS.size()));
        return toDo(
                "removexattr " + description + " " + name,
                side -> side.filesystem().removexattr(subject.of(side), name));
    }

    private Action changeByHandle(int index, int kind) {
        // New files are written from their beginning on.
        int offset = random.nextInt(3) == 0 ? 0 : size();
        byte[] data = new byte[1 + random.nextInt(5000)];
        Arrays.fill(data, (byte) random.nextInt());
        String handle = "#" + index;
        return switch (kind) {
            case 0, 1 ->
                on("write " + handle, side -> side.filesystem().write(side.file(index), offset, ByteBuffer.wrap(data)));
            case 2 ->
                toDo(
                        "fallocate " + handle,
                        side -> side.filesystem().fallocate(side.file(index), 0, offset, data.length));
            case 3 ->
                on(
                        "copyRange " + handle + " #0",
                        side -> side.filesystem().copyRange(side.file(index), offset, side.file(0), 0, data.length));
            case 4 -> setattr(handle, random.nextInt(6), side -> side.file(index));
            case 5 -> setxattr(handle, random.nextInt(6), side -> side.file(index));
            default -> toDo("release " + handle, side -> side.filesystem().release(side.take(index)));
        };
    }

    /** Something that only looks. */
    Action look(GuestPath path) {
        return switch (random.nextInt(8)) {
            case 0 -> on("getattr " + path, side -> side.filesystem().getattr(path));
            case 1 -> on("readlink " + path, side -> side.filesystem().readlink(path));
            case 2 -> list(path, 1 + random.nextInt(600));
            case 3 -> getxattr(path, XATTRS.get(random.nextInt(XATTRS.size())));
            case 4 -> listxattr(path);
            case 6 -> content(path);
            case 5 -> listTrees(List.of(path, path()), 1 + random.nextInt(6));
            default -> lookup(path);
        };
    }

    /** What is seen of an open file. */
    Action look(int openFile) {
        int offset = random.nextInt(2) * size();
        return random.nextBoolean()
                ? getattr(openFile)
                : on("read #" + openFile, side -> read(side.filesystem(), side.file(openFile), offset));
    }

    /** A file's contents, as a program reads it that has listed the directory. */
    Action content(GuestPath path) {
        return on("content " + path, side -> {
            side.filesystem().readDirectory(path.parent(), GuestFilesystem.MAX_TRANSFER_BYTES);
            FileHandle file = side.filesystem().open(path, OpenFlags.READ_ONLY).handle();
            try {
                return read(side.filesystem(), file, 0);
            } finally {
                side.filesystem().release(file);
            }
        });
    }

    private static String read(GuestFilesystem filesystem, FileHandle file, int offset)
            throws GuestFilesystemException {
        ByteBuffer data = ByteBuffer.allocate(2 * LARGE_BYTES);
        int count = filesystem.read(file, offset, data);
        return count + " bytes, " + Arrays.hashCode(data.array());
    }

    Action getattr(int openFile) {
        return on("getattr #" + openFile, side -> side.filesystem().getattr(side.file(openFile)));
    }

    /** Everything that can be seen of a path. */
    List<Action> everything(GuestPath path) {
        List<Action> all = new ArrayList<>(List.of(lookup(path), list(path, 500), listxattr(path), content(path)));
        XATTRS.forEach(name -> all.add(getxattr(path, name)));
        all.add(on("readlink " + path, side -> side.filesystem().readlink(path)));
        all.add(on("getattr " + path, side -> side.filesystem().getattr(path)));
        return all;
    }

    Action lookup(GuestPath path) {
        return on("lookup " + path, side -> seen(side.filesystem().lookup(path)));
    }

    private Action listxattr(GuestPath path) {
        return on(
                "listxattr " + path,
                side -> side.filesystem().listxattr(path).stream().sorted().toList());
    }

    private Action getxattr(GuestPath path, String name) {
        return on(
                "getxattr " + path + " " + name,
                side -> new String(side.filesystem().getxattr(path, name), StandardCharsets.ISO_8859_1));
    }

    private Action list(GuestPath path, int maxBytes) {
        return on("list " + path, side -> {
            List<DirectoryEntry> entries = new ArrayList<>();
            FileReference next = path;
            while (next != null) {
                DirectoryChunk chunk = side.filesystem().readDirectory(next, maxBytes);
                entries.addAll(chunk.entries());
                next = chunk.next();
            }
            return seen(entries);
        });
    }

    private Action listTrees(List<GuestPath> roots, int maxDirectories) {
        return on(
                "listTrees " + roots + " " + maxDirectories,
                side -> side.filesystem().listTrees(roots, true, maxDirectories).stream()
                        .map(entries -> entries.map(Actions::seen))
                        .toList());
    }

    private static List<String> seen(List<DirectoryEntry> entries) {
        return entries.stream()
                .sorted(Comparator.comparing(DirectoryEntry::name))
                .map(entry -> entry.name() + " " + seen(entry.details()))
                .toList();
    }

    /** Without what may be told with more or less certainty. */
    private static String seen(FileDetails details) {
        return details.attributes() + " -> " + details.linkTarget();
    }
}
