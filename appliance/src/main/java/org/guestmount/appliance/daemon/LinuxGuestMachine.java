package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.guestmount.appliance.inspect.Place.Subvolume;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.machine.BlockDevice;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.machine.MountOutcome;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.machine.OperatingSystem;
import org.jspecify.annotations.Nullable;

/** The appliance's own kernel and disks. */
final class LinuxGuestMachine implements GuestMachine {
    private final BlockDevices devices;
    private final Mounter mounter;
    private final Staging staging;
    private final MountTable mounts;
    private final InodeTables inodes;
    private final GuestFilesystem filesystem;
    private final Blkid blkid = new Blkid();
    private final Storage storage;

    /**
     * @param inodes told of what is mounted read-only
     * @param filesystem closed to unmount, which closes its files and leaves it usable
     */
    LinuxGuestMachine(
            GuestRoot root, MountTable mounts, BlockDevices devices, InodeTables inodes, GuestFilesystem filesystem) {
        this.devices = devices;
        this.staging = new Staging(root.directory() + ".staging", blkid);
        this.mounter = new Mounter(root, staging, blkid);
        this.mounts = mounts;
        this.inodes = inodes;
        this.filesystem = filesystem;
        this.storage = new Storage(devices, blkid);
    }

    @Override
    public synchronized List<BlockDevice> blockDevices(int expectedDrives) throws GuestFilesystemException {
        return devices.awaitDrives(expectedDrives);
    }

    @Override
    public synchronized List<DetectedFilesystem> detectFilesystems() throws GuestFilesystemException {
        List<DetectedFilesystem> filesystems = new ArrayList<>();
        for (DetectedFilesystem found : recognise()) {
            filesystems.add(found.type().equals("btrfs") ? found.withSubvolumes(subvolumes(found.device())) : found);
        }
        return filesystems;
    }

    /** Those of a btrfs filesystem, without its top level; none if that cannot be told. */
    private List<String> subvolumes(String device) {
        List<String> paths = new ArrayList<>();
        try (Staging.Mounted top = staging.mount(device, devices.node(device), "btrfs", Subvolumes.MOUNT_OPTIONS)) {
            for (Subvolume subvolume : Subvolumes.of(top.root()).list()) {
                if (!subvolume.isTopLevel()) {
                    paths.add(GuestPath.textOfBytes(subvolume.path()));
                }
            }
        } catch (GuestFilesystemException e) {
            System.err.println(e.getMessage()); // mounting it will say what is wrong
        }
        return paths;
    }

    /** What the devices hold, without looking into any filesystem. */
    private List<DetectedFilesystem> recognise() throws GuestFilesystemException {
        List<DetectedFilesystem> found = new ArrayList<>();
        List<BlockDevice> all = devices.awaitDrives(0);
        for (int i = 0; i < all.size(); i++) {
            BlockDevice device = all.get(i);
            boolean isPartitioned =
                    i + 1 < all.size() && device.name().equals(all.get(i + 1).parent());
            DetectedFilesystem detected = isPartitioned || isExtendedPartition(device) ? null : detect(device);
            if (detected != null) {
                found.add(detected);
            }
        }
        return found;
    }

    /** The container of an MBR's logical partitions, of which the kernel shows two sectors only. */
    private static boolean isExtendedPartition(BlockDevice device) {
        return device.parent() != null && device.sizeBytes() <= 2L * device.logicalBlockBytes();
    }

    /** What a device holds; null if that is nothing but a partition table. */
    private @Nullable DetectedFilesystem detect(BlockDevice device) throws GuestFilesystemException {
        Blkid.Content content;
        try {
            content = blkid.recognise(devices.node(device.name()));
        } catch (GuestFilesystemException e) {
            content = Blkid.Content.UNKNOWN; // a damaged disk does not hide the others
        }
        if (content.type() == null && content.partitionTable() != null) {
            return null;
        }
        return new DetectedFilesystem(
                device.name(),
                content.type() == null ? "unknown" : content.type(),
                content.label(),
                content.uuid(),
                device.sizeBytes(),
                content.isFilesystem());
    }

    @Override
    public synchronized List<String> assemble() throws GuestFilesystemException {
        return storage.assemble();
    }

    @Override
    public synchronized long memoryToUnlock(String device) throws GuestFilesystemException {
        EncryptedVolume volume = encrypted(device);
        return volume.isOpen() ? 0 : MemoryNeed.beyondFree(volume.memory());
    }

    @Override
    public synchronized String unlock(String device, ByteBuffer key) throws GuestFilesystemException {
        EncryptedVolume volume = encrypted(device);
        if (!volume.isOpen()) {
            byte[] bytes = new byte[key.remaining()];
            storage.adopt();
            try {
                key.get(bytes);
                volume.open(bytes);
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        }
        return volume.opened();
    }

    @Override
    public synchronized String luksMetadata(String device) throws GuestFilesystemException {
        return encrypted(device).metadata();
    }

    private EncryptedVolume encrypted(String device) throws GuestFilesystemException {
        String node = devices.node(device);
        EncryptedVolume volume = EncryptedVolume.of(device, node, blkid.recognise(node));
        if (volume == null) {
            throw new GuestFilesystemException(Errno.EINVAL, device + " is not encrypted");
        }
        return volume;
    }

    @Override
    public synchronized List<OperatingSystem> inspect() throws GuestFilesystemException {
        return new Inspector(devices, blkid, staging).inspect(recognise());
    }

    @Override
    public synchronized MountOutcome mount(MountRequest request) throws GuestFilesystemException {
        String node = devices.node(request.device());
        String type = request.type();
        if (type == null) {
            Blkid.Content content = blkid.recognise(node);
            EncryptedVolume encrypted = EncryptedVolume.of(request.device(), node, content);
            if (encrypted != null) {
                node = openedNode(encrypted);
                content = blkid.recognise(node);
            }
            type = filesystemType(request.device(), content);
        }
        try (KernelLog log = KernelLog.fromNow()) {
            try {
                MountOutcome outcome = mountAsPossible(request, node, type);
                if (outcome.readOnly()) {
                    inodes.add(request.mountpoint(), node);
                }
                return new MountOutcome(outcome.readOnly(), (outcome.said() + log.lines()).strip());
            } catch (GuestFilesystemException e) {
                throw new GuestFilesystemException(e.errno(), e.getMessage() + log.lines(), e);
            }
        }
    }

    /** Read-only, as mount(8) does it, if that is all the filesystem's driver can do. */
    private MountOutcome mountAsPossible(MountRequest request, String node, String type)
            throws GuestFilesystemException {
        try {
            return mounter.mount(node, type, request);
        } catch (GuestFilesystemException e) {
            boolean isRefusedWriting = e.errno() == Errno.EROFS || e.errno() == Errno.EACCES;
            MountRequest readOnly = request.readOnly();
            if (!isRefusedWriting || readOnly.equals(request)) {
                throw e;
            }
            return mounter.mount(node, type, readOnly);
        }
    }

    /** What an encrypted volume's name means once it is open. */
    private String openedNode(EncryptedVolume encrypted) throws GuestFilesystemException {
        if (!encrypted.isOpen()) {
            throw new GuestFilesystemException(Errno.ENOKEY, encrypted.device() + " is encrypted");
        }
        return devices.node(encrypted.opened());
    }

    private static String filesystemType(String device, Blkid.Content content) throws GuestFilesystemException {
        if (content.type() != null && content.isFilesystem()) {
            return content.type();
        }
        String problem;
        if (content.type() != null) {
            problem = " holds " + content.type() + ", not a filesystem";
        } else if (content.ambivalent()) {
            problem = " looks like several filesystems at once; say which type it is";
        } else if (content.partitionTable() != null) {
            problem = " holds a partition table (" + content.partitionTable() + "), not a filesystem";
        } else {
            problem = " holds no filesystem that is known";
        }
        throw new GuestFilesystemException(Errno.EINVAL, device + problem);
    }

    @Override
    public synchronized void unmountAll() throws GuestFilesystemException {
        filesystem.close();
        inodes.close();
        try {
            mounts.unmountAll();
        } finally {
            storage.release();
        }
    }

    @Override
    public synchronized void settle() throws GuestFilesystemException {
        FreeMemory.clear();
    }

    @Override
    public synchronized void wake(Timestamp now, ByteBuffer entropy) throws GuestFilesystemException {
        reseed(entropy);
        Scratch scratch = Scratch.ofThread();
        scratch.memory().putLong(Scratch.STRUCT, now.seconds()).putLong(Scratch.STRUCT + 8, now.nanos());
        Syscalls.check(
                Libc.syscall(Abi.SYS_CLOCK_SETTIME, Abi.CLOCK_REALTIME, scratch.address(Scratch.STRUCT), 0, 0, 0),
                "set clock to",
                now);
    }

    private static void reseed(ByteBuffer entropy) throws GuestFilesystemException {
        int random = (int) Syscalls.check(Syscalls.open("/dev/urandom", Abi.O_RDWR), "open", "/dev/urandom");
        try {
            Scratch scratch = Scratch.ofThread();
            int bytes = entropy.remaining();
            // struct rand_pool_info: bits, bytes, data
            scratch.memory().putInt(Scratch.STRUCT, bytes * Byte.SIZE).putInt(Scratch.STRUCT + 4, bytes);
            scratch.memory().put(Scratch.STRUCT + 8, entropy, entropy.position(), bytes);
            Syscalls.check(
                    Syscalls.ioctl(random, Abi.RNDADDENTROPY, scratch.address(Scratch.STRUCT)),
                    "add entropy to",
                    "/dev/urandom");
            Syscalls.check(Syscalls.ioctl(random, Abi.RNDRESEEDCRNG, 0), "reseed", "/dev/urandom");
        } finally {
            Syscalls.close(random);
        }
    }

    /** The power goes when the reply is written, see {@link Server}. */
    @Override
    public void powerOff() throws GuestFilesystemException {
        unmountAll();
    }
}
