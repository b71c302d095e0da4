package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where disks come from but single image files: domains of libvirt, internal snapshots, pieces, block devices. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class SourcesIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static GuestImage image(String name) throws IOException {
        Path contents = WORKSPACE.newFolder("of-" + name);
        Files.writeString(contents.resolve("name"), name);
        Files.createDirectory(contents.resolve("second"));
        Files.writeString(contents.resolve("big"), "big ".repeat(1 << 20));
        return GuestImage.ext4(WORKSPACE.newFolder("images").resolve(name), 48, contents);
    }

    private static void assertRefused(Guestmount use, String reason) {
        Command.Result result = use.result();
        assertThat(result.status()).as("%s", result).isEqualTo(1);
        assertThat(result.errors()).startsWith("guestmount: ").contains(reason).hasLineCount(1);
    }

    /** Hypervisor and domains are libvirt's own, made for tests. */
    @Test
    @Needs(Requirement.LIBVIRT)
    void theDisksOfADomainAreMounted() throws IOException {
        GuestImage first = image("first.img").convertedTo("qcow2");
        GuestImage second = image("second.img");
        Path node = WORKSPACE.folder().resolve("node.xml");
        String disks = """
                <devices>
                  <disk type='file' device='disk'><driver type='qcow2'/><source file='%s'/><target dev='vda'/></disk>
                  <disk type='file' device='cdrom'><source file='/nowhere'/><target dev='hda' bus='ide'/><readonly/></disk>
                  <disk type='file' device='disk'><driver type='raw'/><source file='%s'/><target dev='vdb'/></disk>
                </devices>
                """.formatted(first.path(), second.path());
        String domain = "<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>%s</name>"
                + "<memory>8192</memory><os><type>hvm</type></os>%s<test:runstate>%d</test:runstate></domain>";
        Files.writeString(
                node, "<node>" + domain.formatted("on", disks, 1) + domain.formatted("off", disks, 5) + "</node>");
        String hypervisor = "test://" + node;

        try (Mount mount = WORKSPACE
                .guestmount()
                .with("-c", hypervisor, "-d", "off")
                .device("/dev/sda")
                .device("/dev/sdb:/second")
                .mount()) {
            assertThat(mount.resolve("name")).hasContent("first.img");
            assertThat(mount.resolve("second/name")).hasContent("second.img");
            Files.writeString(mount.resolve("new"), "written");
        }
        GuestImage written = first.convertedTo("raw");
        assertThat(Command.of("debugfs", "-R", "cat /new", written.path()).run())
                .isEqualTo("written");

        assertRefused(
                WORKSPACE.guestmount().with("-c", hypervisor, "-d", "on").device("/dev/sda"),
                "domain on: is running, and writing to its disks would destroy them; shut it down, or add --ro");
        assertRefused(
                WORKSPACE.guestmount().with("-c", hypervisor, "-d", "none").device("/dev/sda"),
                "domain none: failed to get domain");
        try (Mount mount = WORKSPACE
                .guestmount()
                .with("-c", hypervisor, "-d", "on", "--ro")
                .device("/dev/sda")
                .mount()) {
            assertThat(mount.resolve("new")).hasContent("written");
        }
    }

    @Test
    void anInternalSnapshotIsMountedAsItWas() throws IOException {
        GuestImage qcow2 = image("snapshot.img").convertedTo("qcow2");
        Command.of("qemu-img", "snapshot", "-c", "before", qcow2.path()).run();
        try (Mount mount =
                WORKSPACE.guestmount().drive(qcow2).device("/dev/sda").mount()) {
            Files.writeString(mount.resolve("name"), "changed");
            Files.writeString(mount.resolve("big"), "small");
        }
        String digest = qcow2.sha256();

        try (Mount mount = WORKSPACE
                .guestmount()
                .with("--snapshot=before", "-a", qcow2.path(), "--snapshot", "-a", qcow2.path())
                .device("/dev/sda")
                .device("/dev/sdb:/second")
                .mount()) {
            assertThat(mount.resolve("name")).hasContent("snapshot.img");
            assertThat(mount.resolve("big")).hasContent("big ".repeat(1 << 20));
            assertThat(mount.resolve("second/name")).hasContent("changed");
            assertThat(mount.tableEntry().toString()).contains("ro");
        }
        assertThat(qcow2.sha256()).isEqualTo(digest);
        assertRefused(
                WORKSPACE
                        .guestmount()
                        .with("--snapshot=after", "-a", qcow2.path())
                        .device("/dev/sda"),
                "it has no snapshot 'after'; there are 'before'");
    }

    @Test
    void piecesAreOneDisk() throws IOException {
        GuestImage whole = image("split.img");
        Command.of("split", "-b", "7M", "-a", "3", "--numeric-suffixes=1", whole.path(), whole.path() + ".")
                .run();
        Path first = Path.of(whole.path() + ".001");
        try (Mount mount = WORKSPACE
                .guestmount()
                .with("-a", first, "--ro")
                .device("/dev/sda")
                .mount()) {
            assertThat(mount.resolve("big")).hasContent("big ".repeat(1 << 20));
        }
        try (Mount mount =
                WORKSPACE.guestmount().with("-a", first).device("/dev/sda").mount()) {
            Files.writeString(mount.resolve("new"), "written ".repeat(1 << 20));
            Files.delete(mount.resolve("big"));
        }
        Path joined = Path.of(whole.path() + ".joined");
        Command.of("sh", "-c", "cat '" + whole.path() + "'.0?? >'" + joined + "'")
                .run();
        FilesystemType.EXT4.assertClean(joined);
        assertThat(Command.of("debugfs", "-R", "cat /new", joined).run()).isEqualTo("written ".repeat(1 << 20));
        assertThat(Files.size(joined)).isEqualTo(Files.size(whole.path()));
    }

    @Test
    @Needs(Requirement.ROOT)
    void aBlockDeviceIsWrittenUnlessTheHostUsesIt() throws IOException {
        GuestImage image = image("device.img");
        Path mounted = WORKSPACE.newFolder("mounted");
        String device =
                Command.of("losetup", "--find", "--show", image.path()).run().strip();
        try {
            try (Mount mount =
                    WORKSPACE.guestmount().with("-a", device).device("/dev/sda").mount()) {
                Files.writeString(mount.resolve("name"), "through a device");
            }
            Command.of("mount", "-o", "ro", device, mounted).run();
            assertThat(mounted.resolve("name")).hasContent("through a device");
            assertRefused(
                    WORKSPACE.guestmount().with("-a", device).device("/dev/sda"),
                    device + ": is mounted on " + mounted + " by this host");
            try (Mount mount = WORKSPACE
                    .guestmount()
                    .with("-a", device, "--ro")
                    .device("/dev/sda")
                    .mount()) {
                assertThat(mount.resolve("name")).hasContent("through a device");
            }
        } finally {
            Command.of("umount", mounted).result();
            Command.of("losetup", "--detach", device).run();
        }
    }
}
