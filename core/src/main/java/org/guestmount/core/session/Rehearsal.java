package org.guestmount.core.session;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.FileUpdate;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.SeekTarget;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.fs.TreeChange;
import org.guestmount.core.fs.XattrMode;
import org.guestmount.core.machine.BlockDevice;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.machine.MountRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A workload that has each request done often enough for the daemon's Java to load and compile what it takes, and the kernel
 * to load the modules of common filesystems. It leaves nothing behind but that.
 */
final class Rehearsal {
    /** The daemon's Java compiles a method after 40 calls. */
    private static final int ROUNDS = 50;

    /** Each does many times what others do once, and mounts a filesystem. */
    private static final int INSPECTIONS = 15;

    private static final int FILE_BYTES = 20_000;

    /** What most guests have; others are loaded when they are met. */
    private static final List<String> FILESYSTEMS = List.of("ext4", "xfs", "btrfs", "vfat");

    private static final GuestPath FOLDER = GuestPath.of("/folder");
    private static final GuestPath FILE = FOLDER.resolve("file");
    private static final GuestPath OTHER = FOLDER.resolve("other");

    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

    private final GuestMachine machine;
    private final GuestFilesystem filesystem;
    private final ByteBuffer data = ByteBuffer.allocate(FILE_BYTES);

    Rehearsal(GuestMachine machine, GuestFilesystem filesystem) {
        this.machine = machine;
        this.filesystem = filesystem;
    }

    /** Looks at a disk on which there is nothing to be found. */
    void useDisk() throws GuestFilesystemException {
        machine.wake(Timestamp.of(Instant.now()), Entropy.take());
        for (BlockDevice disk : machine.blockDevices(1)) {
            machine.detectFilesystems();
            for (String type : FILESYSTEMS) {
                try {
                    machine.mount(new MountRequest(disk.name(), GuestPath.ROOT, "ro", type));
                    throw new IllegalStateException("an empty disk was mounted as " + type);
                } catch (GuestFilesystemException e) {
                    LOG.debug("as it should be: {}", e.getMessage());
                }
            }
        }
    }

    /** Finds the system that the disk with an ext4 filesystem looks like, and reads what is on it. */
    void useFilesystem() throws GuestFilesystemException {
        machine.blockDevices(1);
        for (int round = 0; round < INSPECTIONS; round++) {
            if (machine.inspect().isEmpty()) {
                throw new IllegalStateException("no system is found on the rehearsal's disk");
            }
        }
        List<String> names = List.of("file1", "file2", "file3", "file4");
        for (BlockDevice disk : machine.blockDevices(1)) {
            machine.mount(new MountRequest(disk.name(), GuestPath.ROOT, "ro", "ext4"));
        }
        for (int round = 0; round < ROUNDS; round++) {
            filesystem.readDirectory(FOLDER, 1 << 16);
            filesystem.listTrees(List.of(GuestPath.ROOT), round % 2 == 0, 10);
            filesystem.mapSmallFiles(FOLDER, names);
            filesystem.readSmallFiles(FOLDER, names);
            FileHandle file =
                    filesystem.open(GuestPath.of("/large"), OpenFlags.READ_ONLY).handle();
            filesystem.mapExtents(file, 0);
            filesystem.read(file, 0, data.clear());
            filesystem.release(file);
        }
    }

    /** Does everything with files that there is to do, in memory. */
    void useFiles() throws GuestFilesystemException {
        machine.mount(new MountRequest("/", GuestPath.ROOT, "", "tmpfs"));
        for (int round = 0; round < ROUNDS; round++) {
            filesystem.mkdir(FOLDER, 0755, Credentials.ROOT);
            write();
            change();
            names();
            read();
            filesystem.unlink(OTHER);
            filesystem.rmdir(FOLDER);
        }
        filesystem.sync();
    }

    private void write() throws GuestFilesystemException {
        FileHandle file = filesystem
                .create(FILE, OpenFlags.READ_WRITE, 0644, new Credentials(1, 1))
                .handle();
        filesystem.write(file, 0, data.clear());
        filesystem.fallocate(file, 0, 0, FILE_BYTES);
        filesystem.flush(file);
        filesystem.fsync(file, false);
        filesystem.setattr(file, AttributeChange.ofSize(FILE_BYTES - 1L));
        filesystem.getattr(file);
        filesystem.release(file);
        filesystem.setattr(FILE, AttributeChange.ofMode(0600));
        update();
        filesystem.setxattr(FILE, "trusted.rehearsal", new byte[] {1}, XattrMode.CREATE_OR_REPLACE);
        filesystem.getxattr(FILE, "trusted.rehearsal");
        filesystem.listxattr(FILE);
        filesystem.removexattr(FILE, "trusted.rehearsal");
    }

    /** What is done to a new file after it was made, in one request each: with much data, and with little. */
    private void update() throws GuestFilesystemException {
        for (int bytes : new int[] {FILE_BYTES, 100}) {
            FileHandle file = filesystem.open(FILE, OpenFlags.READ_WRITE).handle();
            ByteBuffer content = data.clear().limit(bytes);
            try {
                filesystem
                        .updateLater(new FileUpdate(file, 0, content, AttributeChange.ofMode(0644), true))
                        .join();
            } catch (CompletionException e) {
                throw new GuestFilesystemException(Errno.EIO, "an update failed", e);
            }
        }
    }

    /** Files made and removed, several with one request. */
    private void change() throws GuestFilesystemException {
        List<TreeChange> changes = new ArrayList<>();
        AttributeChange change =
                new AttributeChange(null, 1, 1, 0600, TimeChange.NOW, new TimeChange(new Timestamp(1, 0)));
        for (String name : List.of("one", "other")) {
            ByteBuffer content = data.clear();
            changes.add(new TreeChange.MakeFile(FOLDER.resolve(name), 0644, Credentials.ROOT, content, change));
        }
        changes.add(new TreeChange.SetAttributes(FOLDER, change));
        for (String name : List.of("one", "other")) {
            changes.add(new TreeChange.Unlink(FOLDER.resolve(name)));
        }
        GuestPath emptied = FOLDER.resolve("emptied");
        filesystem.mkdir(emptied, 0755, Credentials.ROOT);
        changes.add(new TreeChange.Rmdir(emptied));
        for (ChangeOutcome outcome : filesystem.changeLater(changes).join()) {
            if (outcome.failure() != null) {
                throw new GuestFilesystemException(outcome.failure(), "a change failed");
            }
        }
    }

    private void names() throws GuestFilesystemException {
        filesystem.symlink("file", FOLDER.resolve("symlink"), Credentials.ROOT);
        filesystem.mknod(FOLDER.resolve("fifo"), FileType.FIFO.modeBits() | 0600, 0, Credentials.ROOT);
        filesystem.link(FILE, FOLDER.resolve("link"));
        for (FileReference next = FOLDER; next != null; ) {
            next = filesystem.readDirectory(next, 1 << 16).next();
        }
        filesystem.readlink(FOLDER.resolve("symlink"));
        filesystem.lookup(FOLDER.resolve("link"));
        for (String name : List.of("symlink", "fifo", "link")) {
            filesystem.unlink(FOLDER.resolve(name));
        }
        filesystem.statfs(FOLDER);
    }

    private void read() throws GuestFilesystemException {
        FileHandle file = filesystem.open(FILE, OpenFlags.READ_ONLY).handle();
        filesystem.read(file, 0, data.clear());
        filesystem.seek(file, 0, SeekTarget.DATA);
        filesystem.release(file);
        filesystem.readSmallFiles(FOLDER, List.of("file"));
        filesystem.rename(FILE, OTHER, RenameMode.REPLACE);
    }
}
