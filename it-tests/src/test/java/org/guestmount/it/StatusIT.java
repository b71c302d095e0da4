package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Project;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code --status}, and the configuration files that decide what it shows as read-only. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class StatusIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static GuestImage image = GuestImage.raw(Path.of(""));

    @BeforeAll
    static void makeImage() throws IOException {
        image = GuestImage.ext4(WORKSPACE.folder().resolve("disk.img"), 64, WORKSPACE.newFolder("contents"));
    }

    private static Guestmount mounting() {
        return WORKSPACE.guestmount().drive(image).device("/dev/sda");
    }

    /** Of what is shown of all mounts of this user, those of this use's mountpoint. */
    private static String status(Mount mount) {
        Command.Result result = mount.use().command("guestmount", "--status").result();
        assertThat(result.status()).as("%s", result).isZero();
        return String.join(
                "\n",
                result.output()
                        .lines()
                        .filter(line -> line.startsWith(mount.root() + " "))
                        .toList());
    }

    @Test
    void mountsAreShownUntilTheyEnd() {
        Mount reading = mounting().readOnly().mount();
        Mount writing = mounting().writable().mount();

        assertThat(status(reading))
                .matches(reading.root() + " +mounted +ro +" + reading.worker().pid() + " +\\S+ \\S+ +" + image.path());
        assertThat(status(writing))
                .matches(writing.root() + " +mounted +rw +" + writing.worker().pid() + " +\\S+ \\S+ +" + image.path());
        String summary = """
                import json, sys
                for m in json.load(sys.stdin)['mounts']:
                    print(m['mountpoint'], m['state'], m['read_only'], m['process'], *m['images'])
                """;
        assertThat(reading.use()
                        .command("guestmount", "--status", "--json")
                        .run()
                        .lines())
                .hasSize(1);
        assertThat(Command.of(
                                "sh",
                                "-c",
                                "\"$0\" --status --json | python3 -c \"$1\"",
                                Project.folder().resolve("bin/guestmount"),
                                summary)
                        .run()
                        .lines())
                .contains("%s mounted True %d %s"
                        .formatted(reading.root(), reading.worker().pid(), image.path()));
        reading.unmount();
        assertThat(status(reading)).isEmpty();
    }

    @Test
    void aKilledProcessLeavesAStaleRecordUntilTheNextMount() {
        Mount killed = mounting().readOnly().mount();

        Command.of("kill", "-KILL", killed.worker().pid()).run();

        // Any other mount of this user's would remove the record, so it is looked at right now.
        assertThat(status(killed)).contains(" stale ");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(killed.use().leftovers().processes()).isEmpty());
        killed.use().forgetFiles();
        killed.assertNothingLeft();
        mounting().readOnly().mount().unmount();
        assertThat(status(killed)).isEmpty();
    }

    @Test
    void aConfigurationFileMakesMountsReadOnlyUnlessTheCommandLineSaysOtherwise() throws IOException {
        Guestmount plain = mounting();
        configure(plain, "read_only = true; # as the administrator likes it\n");
        Mount reading = plain.mount();
        assertThat(status(reading)).contains(" ro ");
        assertThat(reading.tableEntry().orElseThrow().options()).contains("ro");
        reading.unmount();

        Guestmount explicit = mounting().writable();
        configure(explicit, "read_only = true;");
        Mount writing = explicit.mount();
        Files.writeString(writing.resolve("new"), "written");
        writing.unmount();

        Guestmount wrong = mounting();
        Path file = configure(wrong, "\nread-only = true;");
        Command.Result result = wrong.result();
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.errors())
                .isEqualTo("guestmount: " + file + ":2: there is no setting read-only; the only one is read_only\n");
    }

    private static Path configure(Guestmount use, String text) throws IOException {
        return Files.writeString(use.area().resolve("home/.libguestfs-tools.rc"), text);
    }
}
