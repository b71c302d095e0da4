package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How much a mount takes of the host. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class FootprintIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static final long MEBIBYTE = 1 << 20;

    private static Mount mount(String name) {
        GuestImage image = FilesystemType.EXT4.create(WORKSPACE.folder().resolve(name), 64);
        return WORKSPACE.guestmount().drive(image).device("/dev/sda").writable().mount();
    }

    @Test
    void qemuAndTheWorkerTogetherHaveAtMost450MegabytesInRam() {
        Mount mount = mount("memory.img");
        Command.of("ls", "-la", mount.root()).run();

        long qemu = mount.qemu().residentBytes();
        long worker = mount.worker().residentBytes();

        assertThat((qemu + worker) / MEBIBYTE)
                .as("QEMU has %d MiB, the worker %d MiB", qemu / MEBIBYTE, worker / MEBIBYTE)
                .isLessThanOrEqualTo(450_000_000 / MEBIBYTE);
    }

    @Test
    void theApplianceTakesAtMost150MegabytesOfDisk() {
        Mount mount = mount("appliance.img");
        String folder = mount.use()
                .command("guestmount-appliance", "info")
                .run()
                .lines()
                .filter(line -> line.startsWith("folder:"))
                .map(line -> line.substring("folder:".length()).strip())
                .findFirst()
                .orElseThrow();

        String size = Command.of("du", "-sB1", "--exclude=snapshot-*", folder).run();

        assertThat(Long.parseLong(size.substring(0, size.indexOf('\t')))).isBetween(MEBIBYTE, 150_000_000L);
    }
}
