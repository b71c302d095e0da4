package org.guestmount.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountpointCheckTest {
    private static final int NOT_ROOT = 12345;

    @TempDir
    Path folder;

    private Path device;
    private Path configuration;
    private Path mountpoint;

    @BeforeEach
    void makeUsableFolder() throws IOException {
        device = Files.createFile(folder.resolve("fuse"));
        configuration = Files.writeString(folder.resolve("fuse.conf"), "# user_allow_other\nmount_max = 5\n");
        mountpoint = Files.createDirectory(folder.resolve("mnt"));
    }

    private Path check(int uid, Path directory, String... options) throws MountException {
        return new MountpointCheck(device, configuration, uid).check(directory, FuseOptions.parse(List.of(options)));
    }

    private void assertRefused(String message, int uid, Path directory, String... options) {
        assertThatExceptionOfType(MountException.class)
                .isThrownBy(() -> check(uid, directory, options))
                .withMessageContaining(message);
    }

    @Test
    void symbolicLinksAreResolved() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), mountpoint);

        assertThat(check(0, link)).isEqualTo(mountpoint.toRealPath());
    }

    @Test
    void missingMountpointIsToBeMade() {
        assertRefused("mkdir -p", 0, folder.resolve("missing"));
    }

    @Test
    void fileIsNoMountpoint() {
        assertRefused("not a directory", 0, configuration);
    }

    @Test
    void directoryWithSomethingInItNeedsNonempty() throws IOException {
        Files.createFile(mountpoint.resolve("something"));

        assertRefused("-o nonempty", 0, mountpoint);
        assertThat(check(0, mountpoint, "nonempty")).isEqualTo(mountpoint.toRealPath());
    }

    @Test
    void missingDeviceNamesTheModule() throws IOException {
        Files.delete(device);

        assertRefused("modprobe fuse", 0, mountpoint);
    }

    @Test
    void allowOtherNeedsTheAdministratorsConsent() throws IOException {
        assertRefused("user_allow_other", NOT_ROOT, mountpoint, "allow_other");
        assertRefused("user_allow_other", NOT_ROOT, mountpoint, "allow_root");

        Files.writeString(configuration, "user_allow_other\n");

        assertThat(check(NOT_ROOT, mountpoint, "allow_other")).isNotNull();
    }

    @Test
    void allowOtherIsRootsToUse() throws MountException {
        assertThat(check(0, mountpoint, "allow_other")).isNotNull();
    }

    @Test
    void unsafeOptionsAreRootsOnly() {
        assertRefused("only root", NOT_ROOT, mountpoint, "suid");
        assertRefused("only root", NOT_ROOT, mountpoint, "dev");
    }

    @Test
    void anothersStickyDirectoryIsNotOnesOwn() throws IOException {
        Object owner = Files.getAttribute(folder, "unix:uid");
        assumeTrue(!owner.equals(NOT_ROOT), "the test's user is the one made up");
        Files.setAttribute(mountpoint, "unix:mode", 01777);

        assertRefused("not yours", NOT_ROOT, mountpoint);
    }
}
