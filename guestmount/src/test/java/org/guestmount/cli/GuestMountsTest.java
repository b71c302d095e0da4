package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.machine.BlockDevice;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.FakeGuestMachine;
import org.guestmount.core.machine.MountOutcome;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.machine.OperatingSystem;
import org.junit.jupiter.api.Test;

class GuestMountsTest {
    private static final MountRequest ROOT = new MountRequest("/dev/sda2", GuestPath.ROOT, "", null);
    private static final MountRequest BOOT = new MountRequest("/dev/sda9", GuestPath.of("/boot"), "subvol=@", "btrfs");

    private final FakeMachine machine = new FakeMachine();
    private final List<String> notices = new ArrayList<>();
    private final GuestMounts mounts = new GuestMounts(
            machine,
            new GuestVolumes(machine, new Keys(List.of(), null, false, () -> {}), bytes -> {}, jwe -> new byte[0]),
            notices::add);

    /** Mounts anything but /dev/sda9. */
    static final class FakeMachine extends FakeGuestMachine {
        final List<String> mounted = new ArrayList<>();
        final List<DetectedFilesystem> filesystems = new ArrayList<>();
        final List<OperatingSystem> systems = new ArrayList<>();
        private int expectedDrives;
        private MountOutcome outcome = new MountOutcome(false, "");

        @Override
        public List<BlockDevice> blockDevices(int drives) {
            expectedDrives = drives;
            return List.of();
        }

        @Override
        public List<DetectedFilesystem> detectFilesystems() {
            return filesystems;
        }

        @Override
        public List<OperatingSystem> inspect() {
            return systems;
        }

        @Override
        public MountOutcome mount(MountRequest request) throws GuestFilesystemException {
            if (request.device().equals("/dev/sda9")) {
                throw new GuestFilesystemException(Errno.EINVAL, "the kernel says: bad superblock");
            }
            mounted.add((request.device() + " " + request.mountpoint() + " " + request.options()).strip());
            return outcome;
        }
    }

    private static MountRequest whole(String options) {
        return new MountRequest("/dev/sda", GuestPath.ROOT, options, null);
    }

    private String refusal(MountRequest... requests) {
        return String.valueOf(catchThrowableOfType(UserException.class, () -> mounts.mount(List.of(requests)))
                .getMessage());
    }

    @Test
    void mountsInTheGivenOrderOnceTheDrivesAreThere() throws Exception {
        mounts.awaitDrives(2);
        mounts.mount(List.of(ROOT, new MountRequest("/dev/sda1", GuestPath.of("/boot"), "", null)));

        assertThat(machine.mounted).containsExactly("/dev/sda2 /", "/dev/sda1 /boot");
        assertThat(machine.expectedDrives).isEqualTo(2);
    }

    @Test
    void whatCannotBeWrittenToIsSaidUnlessThatWasAskedFor() throws Exception {
        machine.outcome = new MountOutcome(true, "ISO 9660 Extensions: RRIP_1991A");
        mounts.mount(List.of(whole("ro")));
        assertThat(notices).isEmpty();

        mounts.mount(List.of(whole("")));
        machine.outcome = new MountOutcome(true, "because the NTFS partition is in an unsafe state.");
        mounts.mount(List.of(whole("")));
        assertThat(notices)
                .containsExactly(
                        "/dev/sda is mounted read-only: nothing can be written to this filesystem here",
                        "/dev/sda is mounted read-only: Windows is hibernated or was not shut down in full (Fast Startup)");
    }

    @Test
    void aRefusalQuotesTheGuestAndListsWhatThereIs() {
        machine.filesystems.add(new DetectedFilesystem("/dev/sda1", "ext4", "boot", null, 1, true));
        machine.filesystems.add(new DetectedFilesystem("/dev/sda2", "LVM2_member", null, null, 1, false));

        assertThat(refusal(ROOT, BOOT)).isEqualTo("""
                        /dev/sda9 on /boot could not be mounted: the kernel says: bad superblock
                        Check its options: subvol=@
                        Did you mean one of these?
                          /dev/sda1 (ext4), labelled boot
                          /dev/sda2 (LVM2_member), which cannot be mounted as it is""");
    }

    @Test
    void aDiskWithoutAnyFilesystemIsSaidToBe() {
        assertThat(refusal(BOOT)).endsWith("\nThere is no filesystem on the disk.");
    }

    @Test
    void whatADiskHoldsInsteadOfFilesystemsIsListed() {
        machine.filesystems.add(new DetectedFilesystem("/dev/sda", "crypto_LUKS", null, null, 1, false));

        assertThat(refusal(BOOT))
                .endsWith("\nThere is no filesystem on the disk; it holds:\n"
                        + "  /dev/sda (crypto_LUKS), which cannot be mounted as it is");
    }
}
