package org.guestmount.core.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.machine.BlockDevice;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.FakeGuestMachine;
import org.guestmount.core.machine.MountOutcome;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.protocol.GuestServices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class RpcGuestMachineTest {
    private static final List<BlockDevice> DEVICES = List.of(
            new BlockDevice("/dev/sda", null, 1L << 40, 512, false),
            new BlockDevice("/dev/sda1", "/dev/sda", 1L << 39, 4096, true));
    private static final List<DetectedFilesystem> FILESYSTEMS =
            List.of(new DetectedFilesystem("/dev/sda1", "ext4", "Größe", null, 1L << 39, true));

    @TempDir
    private Path folder;

    @Test
    void everythingReachesTheGuest() throws Exception {
        FakeGuestMachine guest = new FakeGuestMachine(DEVICES, FILESYSTEMS);
        try (Loopback loopback = Loopback.open(folder, new GuestServices(new InMemoryGuestFilesystem(), guest))) {
            RpcGuestMachine machine = new RpcGuestMachine(loopback.channel());

            assertThat(machine.blockDevices(1)).isEqualTo(DEVICES);
            assertThat(machine.detectFilesystems()).isEqualTo(FILESYSTEMS);
            assertThat(machine.mount(new MountRequest("/dev/sda1", GuestPath.ROOT, "", null)))
                    .isEqualTo(new MountOutcome(false, ""));
            machine.wake(new Timestamp(12, 0), ByteBuffer.allocate(32));
            machine.settle();
            machine.unmountAll();
            machine.powerOff();
        }
        assertThat(guest.log())
                .containsExactly(
                        "blockDevices 1",
                        "detectFilesystems",
                        "mount /dev/sda1 /",
                        "wake 12 32",
                        "settle",
                        "unmountAll",
                        "powerOff");
    }

    @Test
    void aFailureIsTheGuests() throws Exception {
        FakeGuestMachine guest = new FakeGuestMachine(DEVICES, FILESYSTEMS);
        try (Loopback loopback = Loopback.open(folder, new GuestServices(new InMemoryGuestFilesystem(), guest))) {
            RpcGuestMachine machine = new RpcGuestMachine(loopback.channel());

            assertThatExceptionOfType(GuestFilesystemException.class)
                    .isThrownBy(() -> machine.mount(new MountRequest("/dev/sdz", GuestPath.ROOT, "", null)))
                    .withMessage("mount /dev/sdz: No such device or address")
                    .satisfies(failure -> assertThat(failure.errno()).isEqualTo(Errno.ENXIO));
        }
    }
}
