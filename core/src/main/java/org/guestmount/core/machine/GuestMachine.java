package org.guestmount.core.machine;

import java.nio.ByteBuffer;
import java.util.List;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.Timestamp;

/**
 * Control of the guest: finding filesystems, mounting them into the one tree that
 * {@link org.guestmount.core.fs.GuestFilesystem} shows, and ending it safely.
 *
 * <p>Methods may be called from any thread; the guest does one at a time.
 */
public interface GuestMachine {
    /**
     * All drives in the order they were added, each followed by its partitions; then what {@link #assemble} and {@link #unlock} made
     * of them, sorted by name.
     *
     * @param expectedDrives how many whole disks to wait for, at most a few seconds, for they appear asynchronously
     */
    List<BlockDevice> blockDevices(int expectedDrives) throws GuestFilesystemException;

    /**
     * Sets up what the drives hold together and what needs no key: RAID arrays, volume groups, dynamic disks, filesystems on several
     * drives, partitions in any of these. Then {@link #blockDevices} lists it too. Does nothing when there is nothing to set up;
     * what was unlocked since the last time is looked at as well.
     *
     * @return what is there and could not be set up, each a sentence for the user; usually nothing
     */
    List<String> assemble() throws GuestFilesystemException;

    /**
     * How much memory unlocking a volume takes, in bytes, if that is more than the guest has free; otherwise 0.
     *
     * @throws GuestFilesystemException as {@link #unlock}
     */
    long memoryToUnlock(String device) throws GuestFilesystemException;

    /**
     * Opens an encrypted volume, LUKS or BitLocker. What is in it is there after the next {@link #assemble}.
     *
     * @param device as {@link BlockDevice#name}
     * @param key the passphrase or the key file's content, every byte of it
     * @return the name of the opened device, for example {@code /dev/mapper/luks-UUID}; also if it was open before
     * @throws GuestFilesystemException {@code EACCES} if the key does not fit, {@code ENOMEM} if the guest's memory does not
     *     suffice, {@code EINVAL} if the volume is not encrypted or cannot be opened, {@code ENXIO} for an unknown device
     */
    String unlock(String device, ByteBuffer key) throws GuestFilesystemException;

    /**
     * The metadata of a LUKS2 volume as JSON: its key slots, and the tokens that say how else a key is come by. Whoever made the
     * volume wrote it. Source: LUKS2 On-Disk Format Specification, section 3.
     *
     * @param device as {@link BlockDevice#name}
     * @throws GuestFilesystemException {@code EOPNOTSUPP} if the volume has no such metadata, {@code EINVAL} if it is not encrypted or
     *     damaged, {@code ENXIO} for an unknown device
     */
    String luksMetadata(String device) throws GuestFilesystemException;

    /** Every device of {@link #blockDevices} that holds, or may hold, something, with what it is. */
    List<DetectedFilesystem> detectFilesystems() throws GuestFilesystemException;

    /**
     * The operating systems on the disks, in the order of the disks, and how their trees are mounted. What is mounted does not
     * change, nor do the disks: each filesystem that {@link #detectFilesystems} lists is mounted apart and read-only for a
     * moment. One that cannot be is passed over.
     */
    List<OperatingSystem> inspect() throws GuestFilesystemException;

    /**
     * mount(2). As mount(8) does, what can only be read is mounted read-only unless {@code rw} was asked for.
     *
     * @throws GuestFilesystemException {@code ENODEV} with the type's name if the appliance's kernel does not have the
     *     filesystem, {@code ENXIO} for an unknown device, {@code ENOKEY} for one to unlock first, {@code ENOTDIR} or {@code ENOENT} for the mountpoint,
     *     {@code EINVAL} for options or a device with no such filesystem on it. The message carries what the guest's
     *     kernel or mount helper logged.
     */
    MountOutcome mount(MountRequest request) throws GuestFilesystemException;

    /** Syncs, unmounts and takes apart everything, in reverse order. The image is safe when it returns. */
    void unmountAll() throws GuestFilesystemException;

    /**
     * Tells a guest that booted or was resumed what it cannot know: clock_settime(2), and {@code RNDADDENTROPY} and
     * {@code RNDRESEEDCRNG} of random(4), without which all guests resumed from one state would have the same random numbers.
     *
     * @param entropy random bytes nobody else has, 16 to 512
     */
    void wake(Timestamp now, ByteBuffer entropy) throws GuestFilesystemException;

    /**
     * Makes a guest that has nothing mounted ready to be saved: what it has no use for is given up, and the memory it was in
     * becomes zeros, which take no space.
     */
    void settle() throws GuestFilesystemException;

    /** Powers the guest off, after {@link #unmountAll} unless that was done. The reply comes before the power goes. */
    void powerOff() throws GuestFilesystemException;
}
