package org.guestmount.appliance.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.guestmount.appliance.HostProgram.run;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.machine.MountRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Mounting with the kernel the tests run on, from loop devices in the place of drives. */
@Timeout(60)
final class LinuxGuestMachineTest {
    private static final GuestPath FILE = GuestPath.of("/file");

    @TempDir
    Path folder;

    private final List<String> loops = new ArrayList<>();
    private GuestRoot root;
    private SyscallFilesystem filesystem;
    private LinuxGuestMachine machine;

    @BeforeEach
    void openMachine() throws Exception {
        Path sysroot = Files.createDirectory(folder.resolve("sysroot"));
        filesystem = HostDirectory.open(sysroot);
        assumeTrue(Files.exists(Path.of("/dev/loop-control")), "loop devices stand for the guest's drives");
        root = GuestRoot.of(sysroot.toString());
        MountTable mounts = new MountTable(root);
        BlockDevices devices = new BlockDevices("/sys", "/dev");
        InodeTables inodes = new InodeTables(root, devices);
        filesystem = new SyscallFilesystem(root, mounts, devices, inodes);
        machine = new LinuxGuestMachine(root, mounts, devices, inodes, filesystem);
    }

    @AfterEach
    void closeMachine() throws Exception {
        if (machine != null) {
            machine.unmountAll();
        }
        for (String loop : loops) {
            run("losetup", "-d", loop);
        }
    }

    @Test
    void mountsWhatItDetectsAndUnmountsItClean() throws Exception {
        Path image = image("root");
        mount(loop(image), "/", "");
        writeFile(FILE, "on the disk");

        machine.unmountAll();

        assertFails(Errno.ENOENT, () -> filesystem.lookup(FILE));
        assertThat(mountinfo()).doesNotContain(folder.toString());
        assertThat(run("e2fsck", "-fn", image.toString())).doesNotContain("journal");
        mount(loop(image), "/", "ro");
        assertThat(filesystem.getattr(FILE).size()).isEqualTo(11);
        assertFails(Errno.EROFS, () -> filesystem.unlink(FILE));
    }

    @Test
    void mountsWithinWhatIsMounted() throws Exception {
        mount(loop(image("root")), "/", "");
        filesystem.mkdir(GuestPath.of("/real"), 0755, Credentials.ROOT);
        filesystem.symlink("/real", GuestPath.of("/link"), Credentials.ROOT);

        mount(loop(image("inner")), "/link", "noatime");
        writeFile(GuestPath.of("/real/file"), "inner");

        long outer = filesystem.getattr(GuestPath.ROOT).device();
        assertThat(filesystem.getattr(GuestPath.of("/real")).device()).isNotEqualTo(outer);
        assertThat(filesystem.readDirectory(GuestPath.ROOT, 1 << 16).entries())
                .filteredOn(entry -> entry.name().equals("real"))
                .allMatch(entry -> entry.details().attributes().device() != outer);
        assertFails(Errno.EBUSY, () -> filesystem.rmdir(GuestPath.of("/real")));
        machine.unmountAll();
        assertThat(mountinfo()).doesNotContain(folder.toString());
    }

    @Test
    void anInodeThatCannotBeReadHidesNothingElse() throws Exception {
        Path image = image("damaged");
        mount(loop(image), "/", "");
        writeFile(FILE, "whole");
        writeFile(GuestPath.of("/damaged"), "lost");
        filesystem.symlink("whole", GuestPath.of("/link"), Credentials.ROOT);
        filesystem.mkdir(GuestPath.of("/folder"), 0755, Credentials.ROOT);
        machine.unmountAll();
        for (String damaged : List.of("/damaged", "/link", "/folder")) {
            run("debugfs", "-w", "-R", "clri " + damaged, image.toString());
        }

        mount(loop(image), "/", "ro");
        List<DirectoryEntry> entries =
                filesystem.readDirectory(GuestPath.ROOT, 1 << 16).entries();

        assertThat(entries)
                .extracting(
                        DirectoryEntry::name,
                        entry -> entry.details().attributes().type(),
                        entry -> entry.details().attributes().provisional())
                .containsExactlyInAnyOrder(
                        tuple("lost+found", FileType.DIRECTORY, false),
                        tuple(FILE.name(), FileType.REGULAR, false),
                        tuple("damaged", FileType.REGULAR, true),
                        tuple("link", FileType.SYMBOLIC_LINK, true),
                        tuple("folder", FileType.DIRECTORY, true));
        long device = filesystem.getattr(GuestPath.ROOT).device();
        assertThat(entries)
                .allMatch(entry -> entry.details().attributes().device() == device)
                .extracting(entry -> entry.details().attributes().inode())
                .doesNotHaveDuplicates();
        assertThatExceptionOfType(GuestFilesystemException.class)
                .isThrownBy(() -> filesystem.lookup(GuestPath.of("/damaged")))
                .matches(e -> e.errno() != Errno.ENOENT);
    }

    @Test
    void aFolderCanBeMountedInsteadOfTheWhole() throws Exception {
        String device = loop(image("root"));
        mount(device, "/", "");
        filesystem.mkdir(GuestPath.of("/folder"), 0755, Credentials.ROOT);
        writeFile(GuestPath.of("/folder/file"), "inside");
        machine.unmountAll();

        mount(device, "/", "noatime,X-mount.subdir=/folder");
        filesystem.mkdir(GuestPath.of("/whole"), 0755, Credentials.ROOT);
        mount(device, "/whole", "noatime");

        assertThat(filesystem.getattr(FILE).size()).isEqualTo(6);
        assertThat(filesystem.getattr(GuestPath.of("/whole/folder/file")).size())
                .isEqualTo(6);
        assertThat(mountinfo()).doesNotContain(".staging");
        assertFails(Errno.ENOENT, () -> mount(device, "/", "X-mount.subdir=/missing"));
        assertThat(mountinfo()).doesNotContain(".staging");
    }

    @Test
    void openFilesDoNotKeepAFilesystemMounted() throws Exception {
        mount(loop(image("root")), "/", "");
        FileHandle file = writeFile(FILE, "open");
        filesystem.mkdir(GuestPath.of("/a"), 0755, Credentials.ROOT);
        filesystem.mkdir(GuestPath.of("/b"), 0755, Credentials.ROOT);
        filesystem.readDirectory(GuestPath.ROOT, 1);

        machine.unmountAll();

        assertFails(Errno.EBADF, () -> filesystem.getattr(file));
        assertThat(mountinfo()).doesNotContain(folder.toString());
    }

    @Test
    void unmountingWaitsForWhatIsStillAtWork() throws Exception {
        mount(loop(image("root")), "/", "");
        int busy = root.locate(GuestPath.ROOT, "test");

        CompletableFuture<Long> end = CompletableFuture.supplyAsync(() -> {
            Pause.millis(200);
            return Syscalls.close(busy);
        });
        machine.unmountAll();

        assertThat(end.get()).isZero();
        assertThat(mountinfo()).doesNotContain(folder.toString());
    }

    @Test
    void syncReachesTheDisk() throws Exception {
        Path image = image("root");
        mount(loop(image), "/", "");
        writeFile(FILE, "find me on the disk");

        filesystem.sync();

        assertThat(Files.readString(image, StandardCharsets.ISO_8859_1)).contains("find me on the disk");
    }

    @Test
    void devicesOfTheGuestAreNotOurs() throws Exception {
        mount(loop(image("root")), "/", "dev");
        GuestPath device = GuestPath.of("/null");
        int mode = FileType.CHARACTER_DEVICE.modeBits() | 0666;
        filesystem.mknod(device, mode, 0x103, Credentials.ROOT);

        assertFails(Errno.ENXIO, () -> filesystem.open(device, OpenFlags.READ_ONLY));
        assertFails(Errno.ENXIO, () -> filesystem.create(device, OpenFlags.READ_WRITE, 0644, Credentials.ROOT));
    }

    @Test
    void saysWhatIsWrong() throws Exception {
        String device = loop(image("root"));

        assertThat(assertFails(
                        Errno.ENODEV, () -> machine.mount(new MountRequest(device, GuestPath.ROOT, "", "nosuchfs"))))
                .hasMessageContaining("nosuchfs");
        assertFails(Errno.ENXIO, () -> machine.mount(new MountRequest("/dev/sdz9", GuestPath.ROOT, "", null)));
        assertFails(Errno.ENXIO, () -> machine.mount(new MountRequest("/dev/vg/lv", GuestPath.ROOT, "", "ext4")));
        assertFails(Errno.ENOENT, () -> mount(device, "/missing", ""));
        assertThat(assertFails(Errno.EINVAL, () -> mount(device, "/", "nonsense")))
                .hasMessageContaining(device);
        writeFile(FILE, "");
        assertFails(Errno.ENOTDIR, () -> mount(device, "/file", ""));
    }

    @Test
    void whatIsNotAFilesystemIsNamed() throws Exception {
        Path empty = folder.resolve("empty");
        resize(empty);
        Path swap = folder.resolve("swap");
        resize(swap);
        run("mkswap", swap.toString());

        assertThat(assertFails(Errno.EINVAL, () -> mount(empty.toString(), "/", "")))
                .hasMessageContaining("no filesystem");
        assertThat(assertFails(Errno.EINVAL, () -> mount(swap.toString(), "/", "")))
                .hasMessageContaining("swap");
    }

    @Test
    void libblkidTellsTypeLabelAndUuid() throws Exception {
        Path image = image("root");
        run("tune2fs", "-L", "h\u00e9llo", "-U", "01234567-89ab-cdef-0123-456789abcdef", image.toString());

        Blkid.Content content = new Blkid().recognise(image.toString());

        assertThat(content)
                .isEqualTo(new Blkid.Content(
                        "ext4",
                        "1.0",
                        "h\u00e9llo",
                        "01234567-89ab-cdef-0123-456789abcdef",
                        "filesystem",
                        null,
                        false));
        assertFails(Errno.EIO, () -> new Blkid().recognise(folder + "/missing"));
    }

    private void mount(String device, String mountpoint, String options) throws GuestFilesystemException {
        machine.mount(new MountRequest(device, GuestPath.of(mountpoint), options, null));
    }

    private FileHandle writeFile(GuestPath path, String content) throws GuestFilesystemException {
        FileHandle file = filesystem
                .create(path, OpenFlags.READ_WRITE, 0644, Credentials.ROOT)
                .handle();
        filesystem.write(file, 0, ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII)));
        return file;
    }

    private Path image(String name) throws Exception {
        Path image = folder.resolve(name);
        resize(image);
        run("mkfs.ext4", "-q", image.toString());
        return image;
    }

    private static void resize(Path file) throws IOException {
        try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
            content.setLength(8 << 20);
        }
    }

    private String loop(Path image) throws Exception {
        String loop = run("losetup", "-f", "--show", image.toString()).strip();
        loops.add(loop);
        return loop;
    }

    private static String mountinfo() throws GuestFilesystemException {
        return SystemFiles.read("/proc/self/mountinfo");
    }

    private static GuestFilesystemException assertFails(Errno errno, ThrowingCallable operation) {
        GuestFilesystemException failure = catchThrowableOfType(GuestFilesystemException.class, operation);
        assertThat(failure).as("should fail with %s", errno).isNotNull();
        assertThat(failure.errno()).isEqualTo(errno);
        return failure;
    }
}
