package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Project;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * mount(8) and umount(8) by way of their helpers. They find these in a /sbin, and keep their record in a /run/mount, that
 * only the test's own processes see.
 */
@Needs({Requirement.ROOT, Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class FstabIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    /** Before the script, which has an image and a file for an fstab besides the mountpoint. */
    private static final String WITH_HELPERS = """
            helpers=$1 image=$2 fstab=$3
            sbin=$(readlink -f /sbin)
            mount -t overlay -o "lowerdir=$helpers:$sbin" overlay "$sbin"
            mount -t tmpfs tmpfs /run/mount
            """;

    private static Path helpers = Path.of("");

    @BeforeAll
    static void linkHelpers() throws IOException {
        helpers = WORKSPACE.newFolder("helpers");
        for (String name : new String[] {"mount.fuse.guestmount", "umount.fuse.guestmount"}) {
            Files.createSymbolicLink(
                    helpers.resolve(name), Project.folder().resolve("bin").resolve(name));
        }
    }

    private static GuestImage image(String name) throws IOException {
        Path contents = WORKSPACE.newFolder("contents-" + name);
        Files.writeString(contents.resolve("name"), name);
        return GuestImage.ext4(WORKSPACE.folder().resolve(name + ".img"), 64, contents);
    }

    private static Command.Result run(GuestImage image, String script) {
        Guestmount use = WORKSPACE.guestmount();
        return use.apart(
                WITH_HELPERS + script, helpers, image.path(), use.area().resolve("fstab"));
    }

    @Test
    void umountReturnsWhenTheImageIsFreeAndHasEverything() throws IOException {
        GuestImage image = image("written");

        Command.Result result = run(image, """
                mount -t fuse.guestmount -o 'format=raw,m="/dev/sda:/:noatime,nodiratime"' "$image" "$mnt"
                findmnt -n -o SOURCE,FSTYPE "$mnt"
                cat "$mnt/name"
                dd if=/dev/zero of="$mnt/zeros" bs=1M count=16 status=none
                echo "new" >"$mnt/new"
                umount "$mnt"
                qemu-img info -f raw "$image" >/dev/null && echo " free"
                """);

        assertThat(result.status()).as("%s", result).isZero();
        assertThat(result.output().replaceAll(" +", " ")).isEqualTo(image.path() + " fuse.guestmount\nwritten free\n");
        FilesystemType.EXT4.assertClean(image.path());
        assertThat(Command.of("debugfs", "-R", "cat /new", image.path()).run()).isEqualTo("new\n");
    }

    @Test
    void aLineOfFstabNeedsOnlyItsMountpoint() throws IOException {
        GuestImage image = image("line");
        String before = image.sha256();

        Command.Result result = run(image, """
                echo "$image $mnt fuse.guestmount ro,format=raw,allow_other,noauto,nofail,_netdev,x-systemd.automount,m=/dev/sda 0 0" >"$fstab"
                mount -T "$fstab" "$mnt"
                findmnt -n -o OPTIONS "$mnt"
                cat "$mnt/name"
                ! touch "$mnt/new" 2>/dev/null
                umount "$mnt"
                """);

        assertThat(result.status()).as("%s", result).isZero();
        assertThat(result.output()).startsWith("ro,").contains("allow_other").endsWith("\nline");
        assertThat(image.sha256()).isEqualTo(before);
    }

    @Test
    @Needs(Requirement.LIBVIRT)
    void aDomainOfLibvirtIsASourceToo() throws IOException {
        GuestImage image = image("domain");
        Path node = Files.writeString(WORKSPACE.folder().resolve("node.xml"), """
                <node><domain type='test'><name>web</name><memory>8192</memory><os><type>hvm</type></os><devices>
                <disk type='file' device='disk'><driver type='raw'/><source file='%s'/><target dev='vda'/></disk>
                </devices></domain></node>
                """.formatted(image.path()));

        Command.Result result = run(image, """
                mount -t fuse.guestmount -o ro,domain,connect=test://%s,m=/dev/sda web "$mnt"
                cat "$mnt/name"
                umount "$mnt"
                """.formatted(node));

        assertThat(result.status()).as("%s", result).isZero();
        assertThat(result.output()).isEqualTo("domain");
    }

    @Test
    void aBusyMountStaysAndSaysWhoUsesIt() throws IOException {
        Command.Result result = run(image("busy"), """
                mount -t fuse.guestmount -o ro,m=/dev/sda "$image" "$mnt"
                (cd "$mnt" && exec sleep 60) &
                user=$!
                until [ "$(readlink /proc/$user/cwd)" = "$mnt" ]; do sleep 0.05; done
                umount "$mnt" && exit 9 || echo "status $?"
                kill "$user"
                wait "$user" || true
                umount "$mnt"
                """);

        assertThat(result.status()).as("%s", result).isZero();
        assertThat(result.output()).isEqualTo("status 32\n");
        assertThat(result.errors()).contains("(sleep) has", "as its current folder");
    }

    @Test
    void aFailureIsSaidByGuestmountAndHasTheStatusOfMount() throws IOException {
        Command.Result result = run(image("failing"), """
                mount -t fuse.guestmount -o ro,m=/dev/sda,frobnicate "$image" "$mnt"
                """);

        assertThat(result.status()).as("%s", result).isEqualTo(32);
        assertThat(result.errors()).contains("guestmount: unknown mount option -o frobnicate");
    }
}
