package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** KVM that is there and does not work: QEMU aborts when it uses it, or the guest never gets anywhere. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class KvmBrokenIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static Guestmount guestmount(String name, String whatKvmDoes) throws IOException {
        Path contents = WORKSPACE.newFolder("contents-" + name);
        Files.writeString(contents.resolve("file"), "read all the same");
        Path qemu = Files.writeString(
                WORKSPACE.folder().resolve("qemu-" + name),
                "#!/bin/sh\ncase \"$*\" in *kvm*) " + whatKvmDoes + " ;; esac\nexec qemu-system-x86_64 \"$@\"\n");
        Files.setPosixFilePermissions(qemu, PosixFilePermissions.fromString("rwxr-xr-x"));
        return WORKSPACE
                .guestmount()
                .drive(GuestImage.ext4(WORKSPACE.folder().resolve(name + ".img"), 48, contents))
                .device("/dev/sda")
                .readOnly()
                .environment("LIBGUESTFS_HV", qemu);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"aborts, kill -ABRT $$, ''", "hangs, exec sleep 600, boot", "refuses, echo no KVM >&2; exit 1, boot"})
    void theGuestIsMountedWithoutIt(String name, String whatKvmDoes, String settings) throws IOException {
        Mount mount = guestmount(name, whatKvmDoes)
                .environment("LIBGUESTFS_BACKEND_SETTINGS", settings)
                .mount();

        assertThat(mount.resolve("file")).hasContent("read all the same");
    }

    @Test
    void whereKvmIsForcedItsFailureIsReported() throws IOException {
        Guestmount use = guestmount("forced", "echo 'the reason it aborts' >&2; kill -ABRT $$")
                .environment("LIBGUESTFS_BACKEND_SETTINGS", "force_kvm:boot");

        Command.Result result = use.result();

        assertThat(result.status()).as("%s", result).isEqualTo(1);
        assertThat(result.errors()).containsIgnoringCase("kvm").contains("the reason it aborts");
        assertThat(use.leftovers().isNothing()).as("%s", use.leftovers()).isTrue();
    }

    @Test
    void whereItIsForcedOffItIsNotTried() throws IOException {
        Path tried = WORKSPACE.folder().resolve("tried");
        Mount mount = guestmount("off", "touch " + tried + "; exit 1")
                .environment("LIBGUESTFS_BACKEND_SETTINGS", "force_tcg:boot")
                .mount();

        assertThat(mount.resolve("file")).hasContent("read all the same");
        assertThat(tried).doesNotExist();
    }
}
