package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.guestmount.core.session.LaunchListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuestmountApplianceCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void wantsToKnowWhatToDo() {
        assertThat(run(Map.of())).isEqualTo(1);
        assertThat(err.toString()).startsWith("guestmount-appliance: ").contains("build, info, export or clean");
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThat(run(Map.of(), "destroy")).isEqualTo(1);
        assertThat(err.toString()).contains("destroy");
    }

    @Test
    void helpIsNoError() {
        assertThat(run(Map.of(), "--help")).isZero();
        assertThat(out.toString()).contains("build", "info", "export", "clean");
    }

    @Test
    void theNamesOfOptionsAreToldToCompletions() {
        assertThat(run(Map.of(), "--long-options")).isZero();
        assertThat(out.toString()).isEqualTo("--help%n--version%n".formatted());
    }

    @Test
    void cleaningRemovesWhatBuildersLeft() throws IOException {
        Path left = Files.createDirectories(folder.resolve("guestmount/building-left-over"));

        assertThat(run(Map.of("XDG_CACHE_HOME", folder.toString()), "clean")).isZero();

        assertThat(left).doesNotExist();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aKernelThatIsNotThereIsNamed() {
        Map<String, String> environment = Map.of(
                "LIBGUESTFS_CACHEDIR",
                folder.toString(),
                "GUESTMOUNT_KERNEL",
                folder.resolve("gone").toString());

        assertThat(run(environment, "build")).isEqualTo(1);
        assertThat(err.toString()).contains("GUESTMOUNT_KERNEL", folder.resolve("gone") + " does not exist");
    }

    @Test
    void aFixedApplianceThatIsNotThereIsNamed() {
        Map<String, String> environment =
                Map.of("LIBGUESTFS_CACHEDIR", folder.toString(), "LIBGUESTFS_PATH", folder + "/a:" + folder + "/b");

        assertThat(run(environment, "info")).isEqualTo(1);
        assertThat(err.toString()).contains("LIBGUESTFS_PATH", folder + "/a", folder + "/b", "export");
    }

    private int run(Map<String, String> environment, String... arguments) {
        return GuestmountApplianceCommand.run(
                environment,
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                new LaunchListener() {},
                arguments);
    }
}
