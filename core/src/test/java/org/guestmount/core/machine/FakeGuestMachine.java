package org.guestmount.core.machine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.Timestamp;

/**
 * A guest that has the devices and filesystems it was told, and remembers what was asked of it; a test overrides what it
 * is about.
 */
public class FakeGuestMachine implements GuestMachine {
    private final List<BlockDevice> devices;
    private final List<DetectedFilesystem> filesystems;
    private final List<String> log = new CopyOnWriteArrayList<>();

    public FakeGuestMachine(List<BlockDevice> devices, List<DetectedFilesystem> filesystems) {
        this.devices = List.copyOf(devices);
        this.filesystems = List.copyOf(filesystems);
    }

    /** A guest without disks. */
    public FakeGuestMachine() {
        this(List.of(), List.of());
    }

    /** What was asked for, in order, for example {@code mount /dev/sda1 /}. */
    public List<String> log() {
        return new ArrayList<>(log);
    }

    @Override
    public List<BlockDevice> blockDevices(int expectedDrives) {
        log.add("blockDevices " + expectedDrives);
        return devices;
    }

    @Override
    public List<DetectedFilesystem> detectFilesystems() {
        log.add("detectFilesystems");
        return filesystems;
    }

    @Override
    public List<OperatingSystem> inspect() {
        log.add("inspect");
        return List.of();
    }

    @Override
    public List<String> assemble() {
        log.add("assemble");
        return List.of();
    }

    @Override
    public long memoryToUnlock(String device) {
        log.add("memoryToUnlock " + device);
        return 0;
    }

    @Override
    public String unlock(String device, ByteBuffer key) throws GuestFilesystemException {
        log.add("unlock " + device);
        throw GuestFilesystemException.of(Errno.EACCES, "unlock", device);
    }

    @Override
    public String luksMetadata(String device) throws GuestFilesystemException {
        log.add("luksMetadata " + device);
        throw GuestFilesystemException.of(Errno.EOPNOTSUPP, "read the metadata of", device);
    }

    @Override
    public MountOutcome mount(MountRequest request) throws GuestFilesystemException {
        log.add("mount " + request.device() + " " + request.mountpoint());
        if (devices.stream().noneMatch(device -> device.name().equals(request.device()))) {
            throw GuestFilesystemException.of(Errno.ENXIO, "mount", request.device());
        }
        return new MountOutcome(false, "");
    }

    @Override
    public void unmountAll() {
        log.add("unmountAll");
    }

    @Override
    public void wake(Timestamp now, ByteBuffer entropy) {
        log.add("wake " + now.seconds() + " " + entropy.remaining());
    }

    @Override
    public void settle() {
        log.add("settle");
    }

    @Override
    public void powerOff() {
        log.add("powerOff");
    }
}
