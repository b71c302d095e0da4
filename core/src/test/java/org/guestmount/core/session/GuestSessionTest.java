package org.guestmount.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.guestmount.core.appliance.Appliance;
import org.guestmount.core.appliance.ApplianceException;
import org.guestmount.core.appliance.ApplianceSource;
import org.guestmount.core.drive.Drive;
import org.guestmount.core.host.HostUser;
import org.guestmount.core.session.FakeQemu.Behaviour;
import org.guestmount.core.session.LaunchException.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole sessions with a program in QEMU's place. */
@Timeout(120)
class GuestSessionTest {
    private static final Duration PATIENT = Duration.ofSeconds(60);
    private static final Duration IMPATIENT = Duration.ofSeconds(1);

    /** Short, for sockets are in it. */
    @TempDir
    Path folder;

    private final Heard heard = new Heard();
    private final Map<String, String> environment = new HashMap<>();
    private Path temporary;
    private Path image;
    private Path kvm;
    private Duration trial = PATIENT;
    private ApplianceSource appliances;

    @BeforeEach
    void setUp() throws IOException {
        temporary = Files.createDirectory(folder.resolve("tmp"));
        image = Files.write(folder.resolve("disk.img"), new byte[1 << 20]);
        kvm = Files.createFile(folder.resolve("kvm"));
        Appliance appliance = new Appliance(folder.resolve("kernel"), folder.resolve("initramfs"), "6.1", "digest");
        appliances = progress -> appliance;
        environment.put("PATH", System.getenv("PATH"));
        environment.put("TMPDIR", temporary.toString());
        environment.put("LIBGUESTFS_CACHEDIR", folder.resolve("cache").toString());
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left).isEmpty();
        }
        assertThat(heard.milestones).doesNotHaveDuplicates();
        assertThat(ProcessHandle.current()
                        .descendants()
                        .map(p -> p.info().commandLine().orElse("")))
                .noneMatch(c -> c.contains(folder.toString()));
    }

    @Test
    void launchesAndCloses() throws Exception {
        GuestSession session = launch(Behaviour.WORKS, PATIENT);

        assertThat(heard.milestones)
                .containsExactly(
                        LaunchMilestone.APPLIANCE_OBTAINED,
                        LaunchMilestone.QEMU_STARTED,
                        LaunchMilestone.DAEMON_ANSWERED,
                        LaunchMilestone.READY);
        assertThat(heard.console).contains("Booting");
        assertThat(heard.notices).isEmpty();
        assertThat(temporary)
                .as("files are deleted as soon as QEMU has them open")
                .isEmptyDirectory();

        session.close();
        session.close();
        session.closeWithoutSync();

        assertThat(session.lost()).isNotDone();
        assertThat(starts()).singleElement().asString().contains("-accel kvm").contains("-sandbox on");
    }

    @Test
    void fallsBackToEmulationOnceIfQemuAbortsUnderKvm() throws Exception {
        LaunchSettings settings = settings(Behaviour.ABORTS_UNDER_KVM, PATIENT);

        launch(settings).close();

        assertThat(starts()).hasSize(2);
        assertThat(starts().get(1)).contains("-accel tcg");
        assertThat(heard.notices)
                .singleElement()
                .asString()
                .contains("KVM does not work here")
                .contains("MSR 0x10a");

        heard.clear();
        launch(settings).close();

        assertThat(starts()).hasSize(3).last().asString().contains("-accel tcg");
        assertThat(heard.notices).isEmpty();
    }

    @Test
    void fallsBackToEmulationIfTheGuestHangsUnderKvm() throws Exception {
        trial = IMPATIENT;
        launch(Behaviour.HANGS_UNDER_KVM, PATIENT).close();

        assertThat(starts()).hasSize(2);
        assertThat(heard.notices).singleElement().asString().contains("did not answer within 1 seconds");
    }

    @Test
    void remembersThatKvmWorks() throws Exception {
        launch(Behaviour.WORKS, PATIENT).close();

        assertThat(Files.readAllLines(folder.resolve("cache/guestmount-" + HostUser.id() + "/kvm")))
                .last()
                .isEqualTo("works");
    }

    @Test
    void doesNotTryKvmWhereTheUserMayNot() throws Exception {
        kvm = folder.resolve("nowhere");

        launch(Behaviour.ABORTS_UNDER_KVM, PATIENT).close();

        assertThat(starts()).singleElement().asString().contains("-accel tcg");
    }

    @Test
    void doesWhatItIsForcedTo() throws Exception {
        environment.put("LIBGUESTFS_BACKEND_SETTINGS", "force_tcg");
        launch(Behaviour.ABORTS_UNDER_KVM, PATIENT).close();
        assertThat(starts()).singleElement().asString().contains("-accel tcg");

        heard.clear();
        environment.put("LIBGUESTFS_BACKEND_SETTINGS", "force_kvm");
        LaunchException e = failure(Behaviour.ABORTS_UNDER_KVM, PATIENT);
        assertThat(e.reason()).isEqualTo(Reason.KVM);
        assertThat(e).hasMessageContaining("MSR 0x10a").hasMessageContaining("force_kvm");
    }

    @Test
    void goesOnWithoutASandboxIfQemuHasNone() throws Exception {
        launch(Behaviour.HAS_NO_SANDBOX, PATIENT).close();

        assertThat(starts())
                .hasSize(2)
                .last()
                .asString()
                .doesNotContain("-sandbox")
                .contains("-accel kvm");
    }

    @Test
    void saysThatAnImageIsInUseAndDoesNotBlameKvm() throws Exception {
        LaunchException e = failure(Behaviour.FINDS_IMAGE_LOCKED, PATIENT);

        assertThat(e.reason()).isEqualTo(Reason.IMAGE_IN_USE);
        assertThat(e)
                .hasMessage(image + " is in use by another program (QEMU could not get the write lock); stop the"
                        + " virtual machine, or mount with --ro");
        assertThat(starts()).hasSize(1);
    }

    @Test
    void quotesTheConsoleOfAGuestThatPanics() throws Exception {
        LaunchException e = failureUnderTcg(Behaviour.PANICS, PATIENT);

        assertThat(e.reason()).isEqualTo(Reason.GUEST_DIED);
        assertThat(e).hasMessageContaining("Kernel panic - not syncing: no init");
        assertThat(e.consoleTail()).containsExactly("Booting", "Kernel panic - not syncing: no init");
    }

    @Test
    void doesNotBlameTheDriveIfQemuIsGone() throws Exception {
        LaunchException e = failureUnderTcg(Behaviour.DIES_OF_A_DRIVE, PATIENT);

        assertThat(e.reason()).isEqualTo(Reason.GUEST_DIED);
        assertThat(e).hasMessageContaining("the guest died while it started");
    }

    @Test
    void givesUpOnAGuestThatHangs() throws Exception {
        LaunchException e = failureUnderTcg(Behaviour.HANGS, IMPATIENT);

        assertThat(e.reason()).isEqualTo(Reason.TIMED_OUT);
        assertThat(e).hasMessageContaining("within 1 seconds");
    }

    @Test
    void noticesAGuestThatDies() throws Exception {
        try (GuestSession session = launch(Behaviour.DIES_LATER, PATIENT)) {
            session.lost().get(30, TimeUnit.SECONDS);

            assertThatThrownBy(session::close)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("could not write everything to the image");
        }
    }

    @Test
    void hasAQemuQuitThatOutlivesItsGuest() throws Exception {
        launch(Behaviour.DOES_NOT_POWER_OFF, PATIENT).close();
    }

    @Test
    void reportsThatNotEverythingWasWritten() throws Exception {
        GuestSession session = launch(Behaviour.FAILS_TO_UNMOUNT, PATIENT);

        assertThatThrownBy(session::close)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the guest could not write everything to the image and unmount: ")
                .hasMessageContaining("the disk is full");
    }

    @Test
    void closesWithoutAskingTheGuest() throws Exception {
        launch(Behaviour.FAILS_TO_UNMOUNT, PATIENT).closeWithoutSync();
    }

    @Test
    void startsNothingForADriveThatCannotBeUsed() throws Exception {
        image = folder.resolve("missing.img");

        LaunchException e = failure(Behaviour.WORKS, PATIENT);

        assertThat(e.reason()).isEqualTo(Reason.DRIVE);
        assertThat(e).hasMessage(image + ": does not exist");
        assertThat(folder.resolve("starts")).doesNotExist();
    }

    @Test
    void startsNothingWithoutAnAppliance() throws Exception {
        appliances = progress -> {
            throw new ApplianceException("install a kernel");
        };

        LaunchException e = failure(Behaviour.WORKS, PATIENT);

        assertThat(e.reason()).isEqualTo(Reason.APPLIANCE);
        assertThat(e).hasMessage("install a kernel");
        assertThat(folder.resolve("starts")).doesNotExist();
    }

    @Test
    void saysHowToGetQemu() throws Exception {
        environment.put("PATH", folder.toString());
        LaunchSettings settings = LaunchSettings.fromEnvironment(environment);

        assertThatThrownBy(() -> launch(settings))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("qemu-system-x86_64 is not installed")
                .hasMessageContaining("LIBGUESTFS_HV");

        environment.put("LIBGUESTFS_HV", image.toString());
        LaunchSettings wrong = LaunchSettings.fromEnvironment(environment);

        assertThatThrownBy(() -> launch(wrong))
                .isInstanceOf(LaunchException.class)
                .hasMessage("LIBGUESTFS_HV=" + image + " is not a program that can be run");
    }

    @Test
    void aQemuThatIsNoProgramFails() throws Exception {
        environment.put("LIBGUESTFS_BACKEND_SETTINGS", "force_tcg");
        Path program = Files.writeString(folder.resolve("qemu"), "#!/no/such/interpreter\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        environment.put("LIBGUESTFS_HV", program.toString());
        LaunchSettings settings = LaunchSettings.fromEnvironment(environment);

        LaunchException e = catchThrowableOfType(LaunchException.class, () -> launch(settings));

        assertThat(e.reason()).isEqualTo(Reason.QEMU_FAILED);
        assertThat(e).hasMessageContaining("not found");
    }

    private GuestSession launch(Behaviour behaviour, Duration timeout) throws Exception {
        return launch(settings(behaviour, timeout));
    }

    private LaunchException failureUnderTcg(Behaviour behaviour, Duration timeout) throws Exception {
        environment.put("LIBGUESTFS_BACKEND_SETTINGS", "force_tcg");
        return failure(behaviour, timeout);
    }

    private LaunchException failure(Behaviour behaviour, Duration timeout) throws Exception {
        LaunchSettings settings = settings(behaviour, timeout);
        return catchThrowableOfType(LaunchException.class, () -> launch(settings));
    }

    private GuestSession launch(LaunchSettings settings) throws LaunchException, InterruptedException {
        Drive drive = new Drive(image, null, true, null);
        return GuestSession.launch(
                new SessionConfig(List.of(drive), settings), appliances, heard, new KvmAccess(kvm, trial));
    }

    private LaunchSettings settings(Behaviour behaviour, Duration timeout) throws Exception {
        environment.put("LIBGUESTFS_HV", FakeQemu.install(folder, behaviour).toString());
        return withTimeout(LaunchSettings.fromEnvironment(environment), timeout);
    }

    private static LaunchSettings withTimeout(LaunchSettings s, Duration timeout) {
        return new LaunchSettings(
                s.accelerator(),
                s.memoryMebibytes(),
                s.hypervisor(),
                s.searchPath(),
                s.kernelArguments(),
                s.cacheFolder(),
                s.cacheBytes(),
                s.temporaryFolder(),
                s.socketFolders(),
                false,
                s.debug(),
                s.trace(),
                timeout);
    }

    private List<String> starts() throws IOException {
        return Files.readAllLines(folder.resolve("starts"));
    }

    /** Remembers what a launch says. */
    private static final class Heard implements LaunchListener {
        private final List<LaunchMilestone> milestones = new CopyOnWriteArrayList<>();
        private final List<String> notices = new CopyOnWriteArrayList<>();
        private final List<String> console = new CopyOnWriteArrayList<>();

        void clear() {
            new ArrayList<>(List.of(milestones, notices, console)).forEach(List::clear);
        }

        @Override
        public void milestone(LaunchMilestone milestone) {
            if (milestone != LaunchMilestone.QEMU_STARTED || !milestones.contains(milestone)) {
                milestones.add(milestone);
            }
        }

        @Override
        public void notice(String message) {
            notices.add(message);
        }

        @Override
        public void consoleLine(String line) {
            console.add(line);
        }
    }
}
