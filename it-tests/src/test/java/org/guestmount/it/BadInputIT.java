package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.MountNamespace;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.PartitionedDisk;
import org.guestmount.it.framework.Project;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every mistake gets one clear message and status 1, leaves nothing, and starts no QEMU if it can be seen before. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class BadInputIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static GuestImage good = GuestImage.raw(Path.of(""));
    private static Path qemuLog = Path.of("");
    private static Path loggingQemu = Path.of("");

    @BeforeAll
    static void makeAnImageAndAQemuThatTells() throws IOException {
        good = FilesystemType.EXT4.create(WORKSPACE.folder().resolve("good.img"), 32);
        qemuLog = WORKSPACE.folder().resolve("qemu.log");
        loggingQemu = executable("qemu", "echo \"$@\" >> " + qemuLog + "\nexec qemu-system-x86_64 \"$@\"\n");
    }

    private static Path executable(String name, String script) throws IOException {
        Path file = Files.writeString(WORKSPACE.folder().resolve(name), "#!/bin/sh\n" + script);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** One that tells whether it started QEMU; with a QEMU of its own, for which no guest has been saved. */
    private static Guestmount guestmount() {
        return WORKSPACE.guestmount().environment("LIBGUESTFS_HV", loggingQemu);
    }

    /** Fails as it should, with a message that has all of these in it. */
    private static void assertRefused(Guestmount use, String... inTheMessage) {
        Command.Result result = use.result();

        assertThat(result.status()).as("%s", result).isEqualTo(1);
        assertThat(result.errors().lines().findFirst().orElse(""))
                .as("%s", result)
                .startsWith("guestmount: ");
        for (String part : inTheMessage) {
            assertThat(result.errors()).containsIgnoringCase(part);
        }
        assertThat(result.errors())
                .doesNotContain("\tat ")
                .doesNotContain("Exception")
                .doesNotContain("Error:");
        assertThat(use.leftovers().isNothing()).as("%s", use.leftovers()).isTrue();
    }

    /** And no QEMU was started for a guest; whether it can do KVM may have been tried. */
    private static void assertRefusedAtOnce(Guestmount use, String... inTheMessage) throws IOException {
        assertRefused(use, inTheMessage);
        if (Files.exists(qemuLog)) {
            assertThat(Files.readString(qemuLog)).doesNotContain(use.area().toString());
        }
    }

    @Test
    void missingImage() throws IOException {
        assertRefusedAtOnce(
                guestmount().with("-a", "/nowhere/disk.img", "-m", "/dev/sda"), "/nowhere/disk.img", "does not exist");
    }

    @Test
    void folderAsImage() throws IOException {
        Path folder = WORKSPACE.newFolder("a-folder");
        assertRefusedAtOnce(guestmount().with("-a", folder, "-m", "/dev/sda"), folder.toString(), "directory");
    }

    @Test
    @Needs(Requirement.ROOT)
    void unreadableImage() throws IOException {
        Path secret = good.copiedTo(WORKSPACE.folder().resolve("secret.img")).path();
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        OrdinaryUser user = OrdinaryUser.in(WORKSPACE);
        assertRefused(
                user.guestmount().with("-a", secret, "-m", "/dev/sda", "--ro"),
                secret.toString(),
                "you may not read it");
    }

    @Test
    @Needs(Requirement.ROOT)
    void unwritableImageToBeWritten() throws IOException {
        Path image = good.copiedTo(WORKSPACE.folder().resolve("read-only.img")).path();
        Files.setPosixFilePermissions(image, PosixFilePermissions.fromString("rw-r--r--"));
        OrdinaryUser user = OrdinaryUser.in(WORKSPACE);
        assertRefused(
                user.guestmount().with("-a", image, "-m", "/dev/sda", "--rw"),
                image.toString(),
                "you may not write to it",
                "--ro");
    }

    @Test
    void truncatedQcow2() {
        GuestImage image = good.convertedTo("qcow2");
        Command.of("truncate", "-s", "1000", image.path()).run();
        assertRefused(
                WORKSPACE.guestmount().drive(image).device("/dev/sda"),
                image.path().toString());
    }

    @Test
    void qcow2WithAMissingBackingFile() throws IOException {
        GuestImage base = good.copiedTo(WORKSPACE.folder().resolve("base.img"));
        GuestImage layer = base.layered("orphan.qcow2");
        Files.delete(base.path());
        assertRefusedAtOnce(
                guestmount().drive(layer).device("/dev/sda"),
                layer.path().toString(),
                base.path().toString());
    }

    /** CVE-2010-3851: what a guest wrote into its raw disk must not make the host's files part of it. */
    @Test
    void rawImageWhoseContentsNameABackingFile() throws IOException {
        Path disguised = GuestImage.raw(Path.of("/etc/passwd"))
                .layeredAt(WORKSPACE.folder().resolve("disguised.img"))
                .path();
        assertRefused(
                WORKSPACE.guestmount().with("--format=raw", "-a", disguised, "-m", "/dev/sda", "--ro"), "/dev/sda");
    }

    @Test
    void unknownDeviceIsAnsweredWithTheOnesThereAre() throws IOException {
        GuestImage disk = PartitionedDisk.gpt(
                WORKSPACE.folder().resolve("two.img"),
                good,
                FilesystemType.BTRFS.create(WORKSPACE.folder().resolve("btrfs.fs"), 128));
        assertRefused(
                WORKSPACE.guestmount().drive(disk).device("/dev/sda7").readOnly(),
                "/dev/sda7",
                "/dev/sda1 (ext4)",
                "/dev/sda2 (btrfs)");
    }

    @Test
    void noFilesystem() throws IOException {
        Path blank = WORKSPACE.folder().resolve("blank.img");
        Command.of("truncate", "-s", "10M", blank).run();
        assertRefused(
                WORKSPACE.guestmount().with("--format=raw", "-a", blank, "-m", "/dev/sda", "--ro"),
                "/dev/sda",
                "no filesystem");
    }

    @Test
    void guestFolderToMountOnThatDoesNotExist() {
        assertRefused(
                WORKSPACE
                        .guestmount()
                        .drive(good)
                        .drive(good)
                        .readOnly()
                        .device("/dev/sda")
                        .device("/dev/sdb:/not/there"),
                "/not/there");
    }

    @Test
    void missingMountpoint() throws IOException {
        Path missing = WORKSPACE.folder().resolve("missing");
        assertRefusedAtOnce(
                guestmount().drive(good).device("/dev/sda").mountpoint(missing), missing.toString(), "does not exist");
    }

    @Test
    void mountpointThatIsAFile() throws IOException {
        assertRefusedAtOnce(
                guestmount().drive(good).device("/dev/sda").mountpoint(good.path()),
                good.path().toString(),
                "not a directory");
    }

    @Test
    void mountpointThatIsNotEmpty() throws IOException {
        Path full = WORKSPACE.newFolder("full");
        Files.createFile(full.resolve("file"));
        assertRefusedAtOnce(
                guestmount().drive(good).device("/dev/sda").mountpoint(full), full.toString(), "not empty", "nonempty");
    }

    @Test
    void mountpointOfAnotherMount() throws IOException {
        Mount first = WORKSPACE
                .guestmount()
                .drive(good.copiedTo(WORKSPACE.folder().resolve("first.img")))
                .device("/dev/sda")
                .readOnly()
                .mount();

        assertRefusedAtOnce(
                guestmount().drive(good).device("/dev/sda").mountpoint(first.root()),
                first.root().toString(),
                "already mounted");
    }

    /** In a mount namespace of its own, whose /dev has little in it. */
    @Test
    @Needs(Requirement.ROOT)
    void noFuseDevice() throws IOException {
        Path wrapper = executable("without-fuse", """
                exec unshare -m --propagation private sh -c '
                %s
                mkdir -p "$TMPDIR/dev" && mount -t tmpfs none "$TMPDIR/dev" || exit 9
                for n in null zero full random urandom tty; do touch "$TMPDIR/dev/$n"; mount --bind "/dev/$n" "$TMPDIR/dev/$n"; done
                ln -s /proc/self/fd "$TMPDIR/dev/fd"
                mount --move "$TMPDIR/dev" /dev && rmdir "$TMPDIR/dev"
                exec "$0" "$@"' "$REAL" "$@"
                """.formatted(MountNamespace.BEGINNING));
        Path bin = WORKSPACE.newFolder("bin-without-fuse");
        Files.createSymbolicLink(bin.resolve("guestmount"), wrapper);
        Guestmount use = guestmount()
                .drive(good)
                .device("/dev/sda")
                .environment("REAL", Project.folder().resolve("bin/guestmount"))
                .program(bin);
        assertRefusedAtOnce(use, "/dev/fuse");
    }

    @Test
    void noQemuWhereItIsSaidToBe() throws IOException {
        assertRefused(
                WORKSPACE.guestmount().drive(good).device("/dev/sda").environment("LIBGUESTFS_HV", "/nowhere/qemu"),
                "/nowhere/qemu");
    }

    @Test
    void noQemuInThePath() throws IOException {
        Path bin = WORKSPACE.newFolder("bin-without-qemu");
        Command.of("sh", "-c", "ln -s /bin/* /usr/bin/* /usr/sbin/* \"$0\" 2>/dev/null; rm -f \"$0\"/qemu-*", bin)
                .run();
        assertRefused(
                WORKSPACE.guestmount().drive(good).device("/dev/sda").environment("PATH", bin), "qemu-system-x86");
    }

    /** Arguments that are wrong by themselves, before the mountpoint, and what the message must name. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            --no-such-option -a IMAGE -m /dev/sda        | --no-such-option
            -m /dev/sda                                  | -a
            -a IMAGE                                     | -m
            --ro --rw -a IMAGE -m /dev/sda               | --ro
            --blocksize=1000 -a IMAGE -m /dev/sda        | 1000
            --format=no/such -a IMAGE -m /dev/sda        | no/such
            -a IMAGE --format=raw -m /dev/sda            | --format
            -a IMAGE --blocksize=512 -m /dev/sda         | --blocksize
            -a IMAGE -m /dev/sda --fd=x                  | fd
            -a IMAGE -m /dev/sda /one/mountpoint         | mountpoint
            """)
    void wrongArguments(String arguments, String inTheMessage) throws IOException {
        Guestmount use = guestmount();
        for (String argument : arguments.split(" ", -1)) {
            use.with(argument.equals("IMAGE") ? good.path() : argument);
        }
        assertRefusedAtOnce(use, inTheMessage);
    }

    @Test
    void anUnknownFuseOptionIsNamed() throws IOException {
        assertRefused(
                WORKSPACE.guestmount().drive(good).device("/dev/sda").readOnly().with("-o", "no_such_option"),
                "no_such_option");
    }
}
