package org.guestmount.it.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.KernelMount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.TreeListing;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code -i} mounts each guest of the zoo as it mounts itself, and {@code --list} names it and says the same. */
@Needs({Requirement.ROOT, Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS, Requirement.STORAGE_TOOLS})
class ZooIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static List<ZooGuest> guests = List.of();

    @BeforeAll
    static void makeGuests() throws IOException {
        guests = Zoo.guests();
    }

    private static ZooGuest guest(String name) {
        return guests.stream()
                .filter(guest -> guest.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Mount mount(ZooGuest guest) {
        return WORKSPACE
                .guestmount()
                .with(guest.arguments().toArray())
                .with("-i")
                .readOnly()
                .mount();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "debian",
                "cloud",
                "ubuntu",
                "fedora",
                "rhel",
                "opensuse",
                "raid",
                "luks-on-lvm",
                "arch",
                "alpine",
                "gentoo",
                "nixos",
                "coreos",
                "windows",
                "freebsd",
                "freedos",
                "medium"
            })
    void isMountedAsItMountsItself(String name) throws IOException {
        ZooGuest guest = guest(name);
        List<String> digests = guest.disks().stream().map(GuestImage::sha256).toList();
        List<Object> listing = new ArrayList<>(guest.arguments());
        listing.addAll(List.of("--list", "--json"));

        Mount mount = mount(guest);
        Command.Result listed =
                WORKSPACE.guestmount().command("guestmount", listing.toArray()).result();

        for (String mountpoint : guest.mounts().keySet()) {
            assertThat(mount.resolve(mountpoint.substring(1)).resolve(GuestTree.MARK))
                    .hasContent(GuestTree.mark(name, mountpoint));
        }
        mount.unmount();
        assertThat(listed.status()).as("%s", listed).isZero();
        assertThat(ListedSystem.all(listed.output()))
                .containsExactly(new ListedSystem(guest.product(), guest.hostname(), guest.mounts()));
        assertThat(guest.disks().stream().map(GuestImage::sha256)).isEqualTo(digests);
    }

    @Test
    void everyFileOfARealDebianIsAsTheKernelShowsIt() {
        ZooGuest debian = guest("debian");
        Mount mount = mount(debian);

        try (KernelMount kernel = KernelMount.readOnly(
                LinuxGuests.debianRoot(debian), WORKSPACE.folder().resolve("debian-by-kernel"))) {
            TreeListing truth = TreeListing.of(kernel.root()).without("boot");
            assertThat(truth.differences(TreeListing.of(mount.root()).without("boot"), Set.of()))
                    .isEmpty();
        }
    }
}
