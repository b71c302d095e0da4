package org.guestmount.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FuseHelpTest {
    /** Names are on indented lines, one blank between; what explains them comes after more. */
    @Test
    void namesEveryOptionThereIsAndNoOther() {
        Set<String> named = FuseHelp.TEXT
                .lines()
                .filter(line -> line.startsWith("  "))
                .map(line -> line.strip().split("  ", 2)[0])
                .flatMap(names -> Stream.of(names.split(" ")))
                .map(name -> name.replaceFirst("=[A-Z]+$", ""))
                .collect(Collectors.toSet());

        assertThat(named).containsExactlyInAnyOrderElementsOf(FuseHelp.names());
    }
}
