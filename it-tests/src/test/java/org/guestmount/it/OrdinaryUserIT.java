package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Everything works without root: building the appliance, mounting, writing, unmounting. */
@Needs({Requirement.ROOT, Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class OrdinaryUserIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    @Test
    void aUserWithAnEmptyCacheMountsHisOwnImageAndWritesToIt() throws IOException {
        Path contents = WORKSPACE.newFolder("contents");
        Files.writeString(contents.resolve("hello"), "from the guest");
        Files.createDirectory(contents.resolve("folder"));
        GuestImage image = GuestImage.ext4(WORKSPACE.folder().resolve("own.img"), 64, contents);
        Command.of("chown", OrdinaryUser.NAME, image.path()).run();

        OrdinaryUser user = OrdinaryUser.in(WORKSPACE);
        Mount mount =
                user.guestmount().drive(image).device("/dev/sda").writable().mount();

        assertThat(user.run("cat \"$0\"/hello", mount.root())).isEqualTo("from the guest");
        // The guest's root is his to write: it is his image. Others, root included, are kept out by FUSE.
        user.run("echo new > \"$0\"/folder/file && mkdir \"$0\"/folder/sub && rm \"$0\"/hello", mount.root());
        assertThat(user.run("ls \"$0\" \"$0\"/folder", mount.root()))
                .contains("file", "sub")
                .doesNotContain("hello");
        mount.unmount();

        assertThat(Command.of("debugfs", "-R", "cat /folder/file", image.path()).run())
                .isEqualTo("new\n");
    }

    @Test
    void othersAreRefusedWhatTheKernelCouldShowThemByItself() throws IOException {
        Path contents = WORKSPACE.newFolder("shared-contents");
        Files.writeString(contents.resolve("file"), "for root");
        GuestImage image = GuestImage.ext4(WORKSPACE.folder().resolve("shared.img"), 64, contents);
        Mount mount = WORKSPACE
                .guestmount()
                .drive(image)
                .device("/dev/sda")
                .readOnly()
                .with("-o", "allow_root")
                .mount();

        // Now names, attributes and contents are in the kernel's caches.
        assertThat(Command.of("sh", "-c", "ls -l \"$0\" >&2; cat \"$0\"/file", mount.root())
                        .run())
                .isEqualTo("for root");
        Command.Result others = Command.of(
                        "runuser",
                        "-u",
                        OrdinaryUser.NAME,
                        "--",
                        "sh",
                        "-c",
                        "(cat \"$0\"/file; ls \"$0\") 2>&1",
                        mount.root())
                .result();

        assertThat(others.status()).isNotZero();
        assertThat(others.output()).doesNotContain("for root").contains("Permission denied");
    }

    @Test
    void someoneElsesImageCanBeReadWhereItIsReadable() throws IOException {
        Path contents = WORKSPACE.newFolder("others-contents");
        Files.writeString(contents.resolve("secret"), "for root");
        Command.of("chmod", "600", contents.resolve("secret")).run();
        GuestImage image = GuestImage.ext4(WORKSPACE.folder().resolve("others.img"), 64, contents);

        OrdinaryUser user = OrdinaryUser.in(WORKSPACE);
        Mount mount =
                user.guestmount().drive(image).device("/dev/sda").readOnly().mount();

        assertThat(user.run("cat \"$0\"/secret", mount.root())).isEqualTo("for root");
        mount.unmount();
    }
}
