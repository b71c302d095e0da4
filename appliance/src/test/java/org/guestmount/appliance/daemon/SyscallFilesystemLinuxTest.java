package org.guestmount.appliance.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.SeekTarget;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.fs.XattrMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only the real thing does: beyond the contract, and what could go wrong between it and the kernel. */
@Timeout(60)
final class SyscallFilesystemLinuxTest extends OnHostDirectory {
    private static final Credentials SOMEONE = new Credentials(1000, 1001);
    private static final int FALLOC_FL_COLLAPSE_RANGE = 8;
    private static final int FALLOC_FL_INSERT_RANGE = 32;

    @Test
    void absoluteLinksStartAtTheGuestsRoot() throws Exception {
        filesystem.symlink("/etc", path("/etc-link"), Credentials.ROOT);
        assertFails(Errno.ENOENT, () -> filesystem.lookup(path("/etc-link/passwd")));
        filesystem.mkdir(path("/etc"), 0755, Credentials.ROOT);
        makeFile("/etc/passwd", "the guest's");

        assertThat(contentOf("/etc-link/passwd")).isEqualTo("the guest's");
    }

    @Test
    void linksUpwardsEndAtTheGuestsRoot() throws Exception {
        Path outside = Files.createTempDirectory("outside");
        try {
            filesystem.symlink("../".repeat(40) + outside.toString().substring(1), path("/up"), Credentials.ROOT);

            assertFails(Errno.ENOENT, () -> makeFile("/up/file", ""));
            assertFails(Errno.ENOENT, () -> filesystem.mkdir(path("/up/directory"), 0755, Credentials.ROOT));
            assertThat(outside).isEmptyDirectory();
        } finally {
            Files.delete(outside);
        }
    }

    @Test
    void aFinalLinkOutIsNotFollowedByAnything() throws Exception {
        Path outside = Files.createTempFile("outside", "");
        try {
            Files.writeString(outside, "untouched");
            GuestPath link = path("/link");
            filesystem.symlink(outside.toString(), link, Credentials.ROOT);

            assertFails(Errno.EINVAL, () -> filesystem.setattr(link, AttributeChange.ofSize(0)));
            assertFails(Errno.EOPNOTSUPP, () -> filesystem.setattr(link, AttributeChange.ofMode(0777)));
            filesystem.setattr(link, AttributeChange.ofOwner(7, 7));
            filesystem.setattr(link, AttributeChange.ofTimes(AttributeChange.TimeChange.NOW, null));
            filesystem.setxattr(link, "trusted.x", new byte[] {1}, XattrMode.CREATE);
            filesystem.link(link, path("/second"));
            assertFails(Errno.ELOOP, () -> filesystem.fsync(link, false));
            assertFails(Errno.ENOTDIR, () -> filesystem.readDirectory(link, 100));

            assertThat(outside).hasContent("untouched");
            assertThat((Integer) Files.getAttribute(outside, "unix:uid")).isZero();
            assertThat(filesystem.lookup(path("/second")).linkTarget()).isEqualTo(outside.toString());
            assertThat(filesystem.lookup(path("/second")).mayHaveXattrs()).isTrue();
        } finally {
            Files.delete(outside);
        }
    }

    @Test
    void treesDeeperThanTheLongestPathAreReached() throws Exception {
        String name = "d".repeat(250);
        GuestPath deep = GuestPath.ROOT;
        for (int depth = 0; depth < 60; depth++) {
            deep = deep.resolve(name);
            filesystem.mkdir(deep, 0755, Credentials.ROOT);
        }
        GuestPath file = deep.resolve("file");
        OpenedFile opened = filesystem.create(file, OpenFlags.READ_WRITE, 0644, SOMEONE);
        filesystem.write(opened.handle(), 0, ByteBuffer.wrap(new byte[] {42}));
        filesystem.rename(file, deep.resolve("renamed"), RenameMode.NO_REPLACE);
        filesystem.symlink("renamed", deep.resolve("link"), Credentials.ROOT);

        assertThat(filesystem.getattr(deep.resolve("renamed")).size()).isEqualTo(1);
        assertThat(filesystem.readlink(deep.resolve("link"))).isEqualTo("renamed");
        assertThat(filesystem.readDirectory(deep, 1 << 16).entries())
                .extracting(DirectoryEntry::name)
                .containsExactlyInAnyOrder("renamed", "link");
        assertFails(Errno.ENOENT, () -> filesystem.lookup(file));

        filesystem.unlink(GuestPath.of(deep + "/renamed"));
        filesystem.unlink(GuestPath.of(deep + "/link"));
        while (!deep.isRoot()) {
            filesystem.rmdir(deep);
            deep = deep.parent();
        }
    }

    @Test
    void whoeverOwnsANewInodeNothingIsRefused() throws Exception {
        filesystem.mkdir(path("/closed"), 0700, Credentials.ROOT);

        FileAttributes made = filesystem.mkdir(path("/closed/directory"), 0700, SOMEONE);
        OpenedFile file = filesystem.create(path("/closed/directory/file"), OpenFlags.READ_WRITE, 0, SOMEONE);
        FileAttributes device = filesystem.mknod(
                path("/closed/device"), FileType.BLOCK_DEVICE.modeBits() | 0600, 0x801, new Credentials(2000, 2000));
        filesystem.setattr(path("/closed"), AttributeChange.ofMode(0755));
        filesystem.setxattr(path("/closed"), "trusted.x", new byte[1], XattrMode.CREATE);

        assertThat(made.uid()).isEqualTo(1000);
        assertThat(made.gid()).isEqualTo(1001);
        assertThat(file.attributes().uid()).isEqualTo(1000);
        assertThat(device.uid()).isEqualTo(2000);
    }

    @Test
    void setIdBitsOfANewFileAreKeptForAnyGroup() throws Exception {
        OpenedFile file = filesystem.create(path("/file"), OpenFlags.READ_WRITE, 06755, SOMEONE);

        assertThat(file.attributes().mode()).isEqualTo(0106755);
        filesystem.write(file.handle(), 0, ByteBuffer.wrap(new byte[10]));
        assertThat(filesystem.getattr(file.handle()).mode()).isEqualTo(0106755);
    }

    @Test
    void identitiesOfThreadsAreTheirOwn() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Boolean>> jobs = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int base = 1000 * thread;
                jobs.add(() -> {
                    for (int i = 0; i < 50; i++) {
                        Credentials owner = new Credentials(base + i % 3, base + i % 2);
                        FileAttributes made = filesystem.mkdir(path("/" + (base + i)), 0700, owner);
                        if (made.uid() != owner.uid() || made.gid() != owner.gid()) {
                            return false;
                        }
                    }
                    return true;
                });
            }
            for (Future<Boolean> job : threads.invokeAll(jobs)) {
                assertThat(job.get()).isTrue();
            }
        } finally {
            threads.shutdown();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void deviceNumbersKeepAllTheirBits() throws Exception {
        long largest = 0xFFFF_FFFFL;
        int mode = FileType.CHARACTER_DEVICE.modeBits() | 0600;

        assertThat(filesystem
                        .mknod(path("/device"), mode, largest, Credentials.ROOT)
                        .rdev())
                .isEqualTo(largest);
        assertThat((Long) Files.getAttribute(directory.resolve("device"), "unix:rdev"))
                .isEqualTo(largest);
        assertFails(Errno.EINVAL, () -> filesystem.mknod(path("/other"), mode, largest + 1, Credentials.ROOT));
    }

    @Test
    void attributesAreThoseOfTheKernel() throws Exception {
        makeFile("/file", "12345");
        Path file = directory.resolve("file");

        FileAttributes attributes = filesystem.getattr(path("/file"));

        assertThat(attributes.device()).isEqualTo(Files.getAttribute(file, "unix:dev"));
        assertThat(attributes.inode()).isEqualTo(Files.getAttribute(file, "unix:ino"));
        assertThat(attributes.mode()).isEqualTo(Files.getAttribute(file, "unix:mode"));
        assertThat(attributes.links()).isEqualTo(Files.getAttribute(file, "unix:nlink"));
        assertThat(attributes.blocks()).isEqualTo(8);
        assertThat(attributes.rdev()).isZero();
    }

    @Test
    void rangesAreTakenOutAndPutIn() throws Exception {
        FileHandle file = makeFile("/file", "");
        byte[] blocks = new byte[3 * 4096];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = (byte) ('a' + i / 4096);
        }
        filesystem.write(file, 0, ByteBuffer.wrap(blocks));

        filesystem.fallocate(file, FALLOC_FL_COLLAPSE_RANGE, 4096, 4096);
        assertThat(filesystem.getattr(file).size()).isEqualTo(8192);
        assertThat(byteAt(file, 4096)).isEqualTo((byte) 'c');

        filesystem.fallocate(file, FALLOC_FL_INSERT_RANGE, 4096, 4096);
        assertThat(byteAt(file, 4096)).isZero();
        assertThat(byteAt(file, 8192)).isEqualTo((byte) 'c');
        assertThat(filesystem.seek(file, 0, SeekTarget.HOLE)).isEqualTo(4096);
    }

    @Test
    void linksWithALastStepOutOfADirectoryAreResolvedThere() throws Exception {
        filesystem.mkdir(path("/a"), 0755, Credentials.ROOT);
        filesystem.mkdir(path("/a/b"), 0755, Credentials.ROOT);
        filesystem.symlink("b/..", path("/a/dots"), Credentials.ROOT);
        makeFile("/a/file", "in a");

        assertThat(contentOf("/a/dots/file")).isEqualTo("in a");
    }

    @Test
    void aHandleInUseOutlivesItsRelease() throws Exception {
        HandleTable handles = new HandleTable(10);
        int descriptor = (int) Syscalls.open(directory.toString(), Abi.O_RDONLY);
        FileHandle handle;
        try (OpenFile opener = new OpenFile(descriptor, null)) {
            handle = handles.add(opener);
        }

        try (OpenFile use = handles.use(handle, "test")) {
            handles.remove(handle).close();

            assertFails(Errno.EBADF, () -> handles.use(handle, "test"));
            assertThat(Stat.ofDescriptor(use.descriptor(), "test").isDirectory())
                    .isTrue();
        }
        assertFails(Errno.EBADF, () -> Stat.ofDescriptor(descriptor, "test"));
    }

    @Test
    void thereIsALimitToOpenFiles() throws Exception {
        HandleTable handles = new HandleTable(1);
        try (OpenFile first = new OpenFile((int) Syscalls.open("/", Abi.O_PATH), null);
                OpenFile second = new OpenFile((int) Syscalls.open("/", Abi.O_PATH), null)) {
            FileHandle handle = handles.add(first);
            assertFails(Errno.ENFILE, () -> handles.add(second));

            handles.remove(handle).close();
            assertThat(handles.add(second)).isNotEqualTo(handle);
            handles.closeAll();
        }
    }

    @Test
    void listingsTellWhatLookupsTell() throws Exception {
        makeFile("/plain", "content");
        makeFile("/attributed", "");
        filesystem.setxattr(path("/attributed"), "trusted.x", new byte[] {1}, XattrMode.CREATE);
        filesystem.mkdir(path("/directory"), 02755, SOMEONE);
        filesystem.mknod(path("/fifo"), 0010644, 0, SOMEONE);
        filesystem.mknod(path("/device"), 0020600, 0x12345, SOMEONE);
        filesystem.symlink("t".repeat(4000), path("/link"), SOMEONE);
        filesystem.symlink("plain", path("/\u00ff\u0080 '\n"), SOMEONE);
        AttributeChange.TimeChange early = new AttributeChange.TimeChange(new Timestamp(-5, 999_999_999));
        filesystem.setattr(path("/plain"), AttributeChange.ofTimes(early, early));

        FileReference next = GuestPath.ROOT;
        List<String> names = new ArrayList<>();
        while (next != null) {
            DirectoryChunk chunk = filesystem.readDirectory(next, 1);
            for (DirectoryEntry entry : chunk.entries()) {
                names.add(entry.name());
                assertThat(entry.details()).isEqualTo(filesystem.lookup(GuestPath.ROOT.resolve(entry.name())));
            }
            next = chunk.next();
        }

        assertThat(names)
                .containsExactlyInAnyOrder(
                        "plain", "attributed", "directory", "fifo", "device", "link", "\u00ff\u0080 '\n");
    }

    @Test
    void listingsLeaveTheThreadWhereItWas() throws Exception {
        Path before = Path.of("/proc/thread-self/cwd").toRealPath();

        filesystem.readDirectory(GuestPath.ROOT, 1 << 16);

        assertThat(Path.of("/proc/thread-self/cwd").toRealPath()).isEqualTo(before);
    }

    @Test
    void closingLeavesNothingOpen() throws Exception {
        for (int i = 0; i < 100; i++) {
            FileHandle file = makeFile("/file" + i, "");
            filesystem.getattr(file);
            filesystem.lookup(path("/file" + i));
            assertFails(Errno.ENOENT, () -> filesystem.open(path("/missing"), OpenFlags.READ_ONLY));
            assertFails(Errno.EEXIST, () -> filesystem.mkdir(path("/file0"), 0755, Credentials.ROOT));
        }
        filesystem.readDirectory(GuestPath.ROOT, 1);

        filesystem.close();

        assertThat(openBelow(directory)).isEqualTo(2);
    }

    @Test
    void namesThatAreNoNamesAreRefused() throws Exception {
        assertFails(Errno.EINVAL, () -> filesystem.symlink("nul\0", path("/link"), Credentials.ROOT));
        assertFails(Errno.EINVAL, () -> filesystem.symlink("\u20ac", path("/link"), Credentials.ROOT));
        assertFails(Errno.ENOENT, () -> filesystem.symlink("", path("/link"), Credentials.ROOT));
        assertFails(Errno.ENAMETOOLONG, () -> filesystem.symlink("x".repeat(4096), path("/link"), Credentials.ROOT));
        filesystem.symlink("x".repeat(4095), path("/link"), Credentials.ROOT);

        assertThat(filesystem.readlink(path("/link"))).hasSize(4095);
    }

    /** How many of this process's descriptors are open on a directory or below it: the root itself has two. */
    private static int openBelow(Path directory) throws Exception {
        int count = 0;
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor)
                        && Files.readSymbolicLink(descriptor).startsWith(directory)) {
                    count++;
                }
            }
        }
        return count;
    }

    private static GuestPath path(String path) {
        return GuestPath.of(path);
    }

    private FileHandle makeFile(String path, String content) throws GuestFilesystemException {
        FileHandle file = filesystem
                .create(path(path), OpenFlags.READ_WRITE, 0644, Credentials.ROOT)
                .handle();
        filesystem.write(file, 0, ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII)));
        return file;
    }

    private String contentOf(String path) throws GuestFilesystemException {
        ByteBuffer content = ByteBuffer.allocate(100);
        filesystem.read(filesystem.open(path(path), OpenFlags.READ_ONLY).handle(), 0, content);
        return StandardCharsets.US_ASCII.decode(content.flip()).toString();
    }

    private byte byteAt(FileHandle file, long offset) throws GuestFilesystemException {
        ByteBuffer content = ByteBuffer.allocate(1);
        filesystem.read(file, offset, content);
        return content.get(0);
    }

    private static void assertFails(Errno errno, ThrowingCallable operation) {
        assertThat(catchThrowableOfType(GuestFilesystemException.class, operation))
                .as("should fail with %s", errno)
                .isNotNull()
                .extracting(GuestFilesystemException::errno)
                .isEqualTo(errno);
    }
}
