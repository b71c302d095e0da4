package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.guestmount.core.drive.LocalImage;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.mount.FuseBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuestmountOptionsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** Arguments are separated by single spaces. */
    private GuestmountOptions accepted(String arguments) {
        GuestmountOptions options = new GuestmountOptions(Map.of());
        assertThat(parse(options, arguments)).as(err::toString).isEmpty();
        return options;
    }

    private String refusal(String arguments) {
        assertThat(parse(new GuestmountOptions(Map.of()), arguments)).contains(ExitCode.FAILURE);
        assertThat(out.size()).isZero();
        return err.toString(StandardCharsets.UTF_8).lines().findFirst().orElseThrow();
    }

    private Optional<ExitCode> parse(GuestmountOptions options, String arguments) {
        return CommandParser.parse(
                options.commandLine(),
                arguments.isEmpty() ? new String[0] : arguments.split(" ", -1),
                options::validate,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static DriveOption drive(String image, String format, int blockSize) {
        return new DriveOption(
                new LocalImage(Path.of(image).toAbsolutePath()),
                format.isEmpty() ? null : format,
                null,
                blockSize == 0 ? null : Integer.valueOf(blockSize));
    }

    @Test
    void defaultsAreThoseOfTheOriginal() {
        GuestmountOptions options = accepted("-a disk.img -m /dev/sda1 mnt");

        assertThat(options.drives().all()).containsExactly(drive("disk.img", "", 0));
        assertThat(options.mounts()).containsExactly(new MountRequest("/dev/sda1", GuestPath.ROOT, "", null));
        assertThat(options.mountpoint()).isEqualTo(Path.of("mnt").toAbsolutePath());
        assertThat(options.readOnly()).isFalse();
        assertThat(options.cacheTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(options.foreground()).isFalse();
        assertThat(options.sync()).isTrue();
        assertThat(options.pidFile()).isNull();
        assertThat(options.fuseBackend()).isEqualTo(FuseBackend.KERNEL);
        assertThat(options.readyFd()).isNull();
    }

    @Test
    void formatAndBlockSizeHoldForTheDrivesAfterThem() {
        GuestmountOptions options = accepted("-a 1 --format=qcow2 -a 2 --blocksize=4096 -a 3 --format -a 4"
                + " --blocksize --format=raw -a 5 -m /dev/sda1 mnt");

        assertThat(options.drives().all())
                .containsExactly(
                        drive("1", "", 0),
                        drive("2", "qcow2", 0),
                        drive("3", "qcow2", 4096),
                        drive("4", "", 4096),
                        drive("5", "raw", 0));
    }

    @Test
    void anOptionalValueIsOnlyWhatIsAttached() {
        GuestmountOptions options = accepted("-a 1 --format=raw --format -a 2 -m /dev/sda1 mnt");

        assertThat(options.drives().all()).containsExactly(drive("1", "", 0), drive("2", "", 0));
    }

    @Test
    void domainsAndImagesKeepTheirOrder() {
        GuestmountOptions options = accepted("-a 1 -d web --blocksize=4096 -d db -c test:///default -m /dev/sda1 mnt");

        assertThat(options.drives().all())
                .containsExactly(drive("1", "", 0), new DomainOption("web", null), new DomainOption("db", 4096));
        assertThat(options.drives().connection()).isEqualTo("test:///default");
    }

    @Test
    void aSnapshotIsOfTheImagesAfterItAndOnlyRead() {
        GuestmountOptions options = accepted("-a 1 --snapshot=old -a 2 --snapshot -a 3 -m /dev/sda1 mnt");

        assertThat(options.drives().all())
                .extracting(added -> ((DriveOption) added).snapshot())
                .containsExactly(null, "old", null);
        assertThat(options.readOnly()).isTrue();
        assertThat(options.mounts()).extracting(MountRequest::options).containsExactly("ro");
    }

    @Test
    void mountsKeepTheirOrder() {
        GuestmountOptions options = accepted("-a 1 -m /dev/sda2 -m /dev/sda1:/boot:noatime:ext4 mnt");

        assertThat(options.mounts())
                .containsExactly(
                        new MountRequest("/dev/sda2", GuestPath.ROOT, "", null),
                        new MountRequest("/dev/sda1", GuestPath.of("/boot"), "noatime", "ext4"));
    }

    @Test
    void optionsMayBeClusteredShortenedAttachedAndFollowTheMountpoint() {
        GuestmountOptions options = accepted(
                "mnt -rva1 --mou=/dev/sda1 -oallow_other,uid=1 -o default_permissions --pid run --dir 0 --fuse-b jnr --fd=3");

        assertThat(options.readOnly()).isTrue();
        assertThat(options.verbose()).isTrue();
        assertThat(options.drives().all()).containsExactly(drive("1", "", 0));
        assertThat(options.fuseOptions()).containsExactly("allow_other,uid=1", "default_permissions");
        assertThat(options.pidFile()).isEqualTo(Path.of("run").toAbsolutePath());
        assertThat(options.cacheTimeout()).isZero();
        assertThat(options.fuseBackend()).isEqualTo(FuseBackend.JNR);
        assertThat(options.readyFd()).isEqualTo(3);
        assertThat(options.mountpoint()).isEqualTo(Path.of("mnt").toAbsolutePath());
    }

    @Test
    void aRequiredValueIsWhateverComesNext() {
        GuestmountOptions options = accepted("-a --add -a x=y -m /dev/sda1 -- --mnt");

        assertThat(options.drives().all()).containsExactly(drive("--add", "", 0), drive("x=y", "", 0));
        assertThat(options.mountpoint().getFileName()).hasToString("--mnt");
    }

    @Test
    void atSignsAndDollarsAreOrdinary() {
        GuestmountOptions options = accepted("-a ${HOME} -m /dev/sda1 @mnt");

        assertThat(options.drives().all()).containsExactly(drive("${HOME}", "", 0));
        assertThat(options.mountpoint().getFileName()).hasToString("@mnt");
    }

    @Test
    void readOnlyReachesTheGuestsMountsUnlessTheySayOtherwise() {
        GuestmountOptions options =
                accepted("-a 1 -m /dev/sda1 -m /dev/sda2:/b:noatime -m /dev/sda3:/c:rw,noatime --ro mnt");

        assertThat(options.mounts())
                .extracting(MountRequest::options)
                .containsExactly("ro", "ro,noatime", "rw,noatime");
    }

    @ParameterizedTest
    @CsvSource({
        "-a 1 -m /dev/sda1 --selinux mnt, MOUNT",
        "-a 1 --list, LIST",
        "--list -a 1 --json, LIST",
        "--status --json, STATUS",
        "--status --machine-readable=stream:stderr, STATUS",
        "--machine-readable, CAPABILITIES",
        "--fuse-help, FUSE_HELP",
        "-a 1 --fuse-help, FUSE_HELP",
    })
    void theOptionsDecideWhatIsDone(String arguments, GuestmountOptions.Task task) {
        assertThat(accepted(arguments).task()).isEqualTo(task);
    }

    @ParameterizedTest
    @CsvSource({"'', true, true", "--rw, true, false", "--ro, false, true", "'', false, false"})
    void theCommandLineBeatsTheConfiguredDefault(String option, boolean byDefault, boolean readOnly) {
        GuestmountOptions options = accepted((option + " -a 1 -m /dev/sda1 mnt").strip());

        options.setReadOnlyByDefault(byDefault);

        assertThat(options.readOnly()).isEqualTo(readOnly);
        assertThat(options.mounts()).extracting(MountRequest::options).containsExactly(readOnly ? "ro" : "");
    }

    @Test
    void theNamesOfOptionsAreToldToCompletions() {
        assertThat(parse(new GuestmountOptions(Map.of()), "--short-options")).contains(ExitCode.SUCCESS);
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .contains("-a", "-m", "-r")
                .allMatch(name -> name.length() == 2);
        out.reset();

        assertThat(parse(new GuestmountOptions(Map.of()), "--long-options")).contains(ExitCode.SUCCESS);
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .contains("--add", "--mount", "--list", "--help")
                .doesNotContain("--long-options", "--short-options")
                .allMatch(name -> name.startsWith("--"))
                .isSorted();
    }

    @Test
    void tracingStaysInTheForeground() {
        assertThat(accepted("-x -a 1 -m /dev/sda1 mnt").foreground()).isTrue();
        assertThat(accepted("--no-fork -a 1 -m /dev/sda1 mnt").foreground()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|no disk image given; add one with -a IMAGE, or those of a domain with -d",
                "-a 1|nothing to mount given; have the guest's system found with -i, or say which filesystem of the guest with"
                        + " -m, such as -m /dev/sda1",
                "-a 1 -m /dev/sda1|no mountpoint given; name a directory of this machine after the options",
                "-a 1 -m /dev/sda1 a b|more than one mountpoint given: a b",
                "-a 1 -m /dev/sda1:/boot mnt|the first -m must be mounted on /, not on /boot",
                "-a 1 --format=raw -m /dev/sda1 mnt|--format must come before the -a it is for",
                "-a 1 --blocksize=512 -m /dev/sda1 mnt|--blocksize must come before the -a it is for",
                "--format=a/b -a 1|--format=a/b: not the name of an image format; use raw, qcow2, vmdk, vdi, vhdx or vpc",
                "--blocksize=1024 -a 1|--blocksize=1024: must be 512 or 4096",
                "--blocksize=x -a 1|--blocksize=x: must be 512 or 4096",
                "--ro --rw|--ro and --rw contradict each other; give one of them",
                "--rw --ro|--ro and --rw contradict each other; give one of them",
                "-wr|--ro and --rw contradict each other; give one of them",
                "--dir-cache-timeout -1|--dir-cache-timeout -1: must be a whole number, 0 or more",
                "--dir-cache-timeout=1s|--dir-cache-timeout 1s: must be a whole number, 0 or more",
                "--fuse-backend=libfuse|--fuse-backend=libfuse: must be kernel or jnr",
                "-a 1 --list mnt|--list mounts nothing; leave out the directory mnt",
                "-a 1 --list -m /dev/sda1|--list mounts nothing; leave out -m",
                "--list|no disk image given; add one with -a IMAGE, or those of a domain with -d",
                "--status -a 1|--status lists all mounts of yours; give neither --list, -a, -m nor a directory with it",
                "--status mnt|--status lists all mounts of yours; give neither --list, -a, -m nor a directory with it",
                "--status --list|--status lists all mounts of yours; give neither --list, -a, -m nor a directory with it",
                "-a 1 -m /dev/sda1 --json mnt|--json is for --list and --status; give one of them",
                "-a 1 -m /dev/sda1 --machine-readable mnt|--machine-readable is for --list and --status; give one of them",
                "--machine-readable=fd:x|--machine-readable=fd:x: must be file:NAME, fd:N, stream:stdout or stream:stderr",
                "--machine-readable=file:|--machine-readable=file:: must be file:NAME, fd:N, stream:stdout or stream:stderr",
                "--live|libguestfs live support was removed in libguestfs 1.48",
                "--fd=x|--fd x: must be a whole number, 0 or more",
                "-a gopher://host/x|gopher://host/x: unknown kind of URI; known are file, nbd, http, https, ftp, ftps,"
                        + " ssh, iscsi, rbd and nbd+unix",
                "--no|option --no is ambiguous: it could be --no-fork or --no-sync",
                "--ver|option --ver is ambiguous: it could be --verbose or --version",
                "--frobnicate|unknown option --frobnicate",
                "-rz|unknown option -z",
                "-a|option -a needs a value",
                "--add|option --add needs a value",
                "--ro=yes|option --ro takes no value",
                "-m sda1|-m sda1: must begin with a device of the guest, such as /dev/sda1, and be written"
                        + " DEVICE[:MOUNTPOINT[:OPTIONS[:FSTYPE]]]",
            })
    void mistakesAreNamed(String arguments, String message) {
        assertThat(refusal(arguments)).isEqualTo("guestmount: " + message);
    }

    @Test
    void moreDrivesThanAGuestCanHaveAreRefused() {
        assertThat(refusal("-a x ".repeat(256) + "-m /dev/sda1 mnt"))
                .isEqualTo("guestmount: 256 disk images given; a guest can have 255");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "--he", "-a 1 --help", "-V --help"})
    void helpGoesToStandardOutput(String arguments) {
        assertThat(parse(new GuestmountOptions(Map.of()), arguments)).contains(ExitCode.SUCCESS);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("Usage: guestmount")
                .contains("--dir-cache-timeout");
        assertThat(err.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-V", "--version"})
    void theVersionNamesTheCommand(String arguments) {
        assertThat(parse(new GuestmountOptions(Map.of()), arguments)).contains(ExitCode.SUCCESS);
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("guestmount ");
    }
}
