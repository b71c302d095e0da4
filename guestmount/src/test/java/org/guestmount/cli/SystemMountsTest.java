package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.machine.OperatingSystem;
import org.guestmount.core.machine.OperatingSystem.DriveLetter;
import org.guestmount.core.machine.OperatingSystem.Family;
import org.junit.jupiter.api.Test;

class SystemMountsTest {
    private static final SystemMounts.Choice ANY = new SystemMounts.Choice(null, false, false);

    private final GuestMountsTest.FakeMachine machine = new GuestMountsTest.FakeMachine();
    private final InMemoryGuestFilesystem tree = new InMemoryGuestFilesystem();
    private final List<String> warnings = new ArrayList<>();
    private final GuestVolumes volumes =
            new GuestVolumes(machine, new Keys(List.of(), null, false, () -> {}), bytes -> {}, jwe -> new byte[0]);
    private final SystemMounts mounts =
            new SystemMounts(machine, tree, volumes, new GuestMounts(machine, volumes, warnings::add), warnings::add);

    private static MountRequest request(String device, String mountpoint) {
        return new MountRequest(device, GuestPath.of(mountpoint), "", null);
    }

    private static OperatingSystem linux(String root, String product, boolean media, MountRequest... mounts) {
        return new OperatingSystem(
                root,
                Family.LINUX,
                "",
                product,
                "",
                "host",
                "",
                media,
                List.of(mounts),
                List.of(),
                List.of("x on /y: gone"));
    }

    private static OperatingSystem simple(String device, boolean media) {
        return linux(device, "Linux on " + device, media, request(device, "/"));
    }

    private static OperatingSystem windows(String... drives) {
        List<DriveLetter> letters = new ArrayList<>();
        for (String drive : drives) {
            letters.add(new DriveLetter(drive.substring(0, 1), request(drive.substring(1), "/")));
        }
        return new OperatingSystem(
                "/dev/sda2",
                Family.WINDOWS,
                "windows",
                "Windows 11 Pro",
                "10.0.22631",
                "",
                "",
                false,
                List.of(request("/dev/sda2", "/")),
                letters,
                List.of());
    }

    private static SystemMounts.Choice root(String root) {
        return new SystemMounts.Choice(root, false, false);
    }

    private String refusal(SystemMounts.Choice choice) {
        return String.valueOf(catchThrowableOfType(UserException.class, () -> mounts.mount(choice))
                .getMessage());
    }

    @Test
    void theOnlySystemsTreeIsMountedAndWhatIsMissingIsSaid() throws Exception {
        machine.systems.add(linux(
                "/dev/sda2",
                "Debian",
                false,
                request("/dev/sda2", "/"),
                request("/dev/sda9", "/home"),
                request("/dev/sda1", "/boot")));

        mounts.mount(ANY);

        assertThat(machine.mounted).containsExactly("/dev/sda2 /", "/dev/sda1 /boot");
        assertThat(warnings)
                .containsExactly(
                        "not mounted: /dev/sda9 on /home: the kernel says: bad superblock",
                        "not mounted: x on /y: gone");
    }

    @Test
    void readOnlyReachesEveryMount() throws Exception {
        machine.systems.add(
                linux("/dev/sda2", "Debian", false, request("/dev/sda2", "/"), request("/dev/sda1", "/boot")));

        mounts.mount(new SystemMounts.Choice(null, false, true));

        assertThat(machine.mounted).containsExactly("/dev/sda2 / ro", "/dev/sda1 /boot ro");
    }

    @Test
    void aRootThatCannotBeMountedIsAnError() throws Exception {
        machine.systems.add(simple("/dev/sda9", false));

        assertThat(refusal(ANY)).startsWith("/dev/sda9 could not be mounted: the kernel says: bad superblock");
    }

    @Test
    void severalSystemsAreListedAndOneCanBeChosen() throws Exception {
        machine.systems.add(simple("/dev/sda1", false));
        machine.systems.add(simple("/dev/sda2:@", false));

        assertThat(refusal(ANY)).isEqualTo("""
                        there are 2 operating systems; choose one with --root:
                          --root=/dev/sda1  Linux on /dev/sda1 (host)
                          --root=/dev/sda2:@  Linux on /dev/sda2:@ (host)""");
        mounts.mount(root("/dev/sda1"));
        assertThat(machine.mounted).containsExactly("/dev/sda1 /");
    }

    @Test
    void aDeviceChoosesTheOnlySystemInItsSubvolumes() throws Exception {
        machine.systems.add(linux("/dev/sda2:@", "Ubuntu", false, request("/dev/sda2", "/")));
        machine.systems.add(simple("/dev/sda1", false));

        mounts.mount(root("/dev/sda2"));

        assertThat(machine.mounted).containsExactly("/dev/sda2 /");
    }

    @Test
    void aChoiceThatIsNoneIsNamed() throws Exception {
        assertThat(refusal(root("/dev/sdb1")))
                .isEqualTo("--root=/dev/sdb1: no operating system is there; there is none on the disks");
        machine.systems.add(simple("/dev/sda1", false));
        assertThat(refusal(root("/dev/sdb1"))).contains("use one of these:\n  --root=/dev/sda1");
    }

    @Test
    void aMediumCountsOnlyWhereNothingIsInstalled() throws Exception {
        machine.systems.add(simple("/dev/sdb", true));
        mounts.mount(ANY);
        machine.systems.add(simple("/dev/sda1", false));
        mounts.mount(ANY);

        assertThat(machine.mounted).containsExactly("/dev/sdb /", "/dev/sda1 /");
    }

    @Test
    void whyAVolumeIsLockedIsSaidWhereThereIsNoSystem() throws Exception {
        machine.filesystems.add(new DetectedFilesystem("/dev/sda1", "ext4", null, null, 1, true));
        machine.filesystems.add(new DetectedFilesystem("/dev/sda2", "crypto_LUKS", null, "1", 1, false));
        Keys keys = new Keys(List.of(KeySelector.parse("1:clevis", Path.of("/"))), null, false, () -> {});
        GuestVolumes locked = new GuestVolumes(machine, keys, bytes -> {}, jwe -> new byte[0]);

        new SystemMounts(machine, tree, locked, new GuestMounts(machine, locked, warnings::add), warnings::add)
                .mount(ANY);

        assertThat(machine.mounted).containsExactly("/dev/sda1 /");
        assertThat(warnings.get(0))
                .startsWith("Clevis is supported for LUKS2 volumes only")
                .endsWith("--key /dev/sda2:file:FILE.");
    }

    @Test
    void theOnlyFilesystemIsMountedWhereThereIsNoSystem() throws Exception {
        machine.filesystems.add(new DetectedFilesystem("/dev/sda1", "swap", null, null, 1, false));
        machine.filesystems.add(new DetectedFilesystem("/dev/sda2", "xfs", "data", null, 1, true));

        mounts.mount(ANY);

        assertThat(machine.mounted).containsExactly("/dev/sda2 /");
        assertThat(warnings)
                .containsExactly("no operating system was found; mounting the only filesystem, /dev/sda2 (xfs)");
    }

    @Test
    void severalFilesystemsWithoutASystemAreListed() throws Exception {
        machine.filesystems.add(new DetectedFilesystem("/dev/sda1", "ext4", null, null, 1, true));
        machine.filesystems.add(new DetectedFilesystem("/dev/sda2", "xfs", "data", null, 1, true));

        assertThat(refusal(ANY)).isEqualTo("""
                        no operating system was found; say what to mount with -m
                        Did you mean one of these?
                          /dev/sda1 (ext4)
                          /dev/sda2 (xfs), labelled data""");
    }

    @Test
    void driveLettersAreDirectoriesInMemory() throws Exception {
        machine.systems.add(windows("c/dev/sda2", "d/dev/sdb1", "e/dev/sda9"));

        mounts.mount(new SystemMounts.Choice(null, true, false));

        assertThat(machine.mounted).containsExactly("/ / mode=755", "/dev/sda2 /c", "/dev/sdb1 /d", "/ / remount,ro");
        assertThat(warnings).hasSize(1).first().asString().startsWith("not mounted: /dev/sda9 on /e: ");
        assertThat(tree.lookup(GuestPath.of("/d")).attributes().type()).isEqualTo(FileType.DIRECTORY);
    }

    @Test
    void driveLettersAreForWindows() throws Exception {
        machine.systems.add(simple("/dev/sda1", false));

        assertThat(refusal(new SystemMounts.Choice(null, true, false)))
                .isEqualTo("--drive-letters: /dev/sda1 is Linux on /dev/sda1, not Windows");
    }
}
