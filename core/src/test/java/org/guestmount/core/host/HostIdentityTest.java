package org.guestmount.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostIdentityTest {
    @TempDir
    Path folder;

    private Path program(String name, String content) throws Exception {
        Path program = Files.writeString(folder.resolve(name), content);
        Files.setLastModifiedTime(program, FileTime.from(Instant.ofEpochSecond(1_700_000_000)));
        return program;
    }

    @Test
    void aProgramIsAnotherWhenItIsElsewhereOrChanged() throws Exception {
        Path program = program("qemu", "#!/bin/sh\n");
        List<String> identity = HostIdentity.ofProgram(program);
        Path link = Files.createSymbolicLink(folder.resolve("link"), program);

        assertThat(HostIdentity.ofProgram(link)).isEqualTo(identity);
        assertThat(HostIdentity.ofProgram(program("other", "#!/bin/sh\n"))).isNotEqualTo(identity);
        assertThat(HostIdentity.ofProgram(program("qemu", "#!/bin/sh\n# longer\n")))
                .isNotEqualTo(identity);

        program("qemu", "#!/bin/sh\n");
        assertThat(HostIdentity.ofProgram(program)).isEqualTo(identity);
        Files.setLastModifiedTime(program, FileTime.from(Instant.ofEpochSecond(1_700_000_001)));
        assertThat(HostIdentity.ofProgram(program)).isNotEqualTo(identity);
    }

    @Test
    void partsAreNotMistakenForOneAnother() {
        assertThat(HostIdentity.digest(List.of("a", "b"))).hasSize(32).matches("[0-9a-f]+");
        assertThat(HostIdentity.digest(List.of("a", "b"))).isNotEqualTo(HostIdentity.digest(List.of("ab", "")));
        assertThat(HostIdentity.digest(List.of("a", "b"))).isEqualTo(HostIdentity.digest(List.of("a", "b")));
    }
}
