package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Project;
import org.guestmount.it.framework.Requirement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The manual pages as built read well by groff. */
@Needs(Requirement.MAN)
class ManIT {
    @ParameterizedTest
    @ValueSource(strings = {"guestmount", "guestunmount", "guestmount-appliance"})
    void pagesAreFlawless(String name) {
        String page = Project.folder().resolve("man/target/man1/" + name + ".1").toString();

        Command.Result man = Command.of("man", "--warnings", "-l", page)
                .with(Map.of("MANWIDTH", "80", "LC_ALL", "C.UTF-8"))
                .result();

        assertThat(man.status()).as("%s", man).isZero();
        assertThat(man.errors()).isEmpty();
        assertThat(man.output()).contains("NAME\n", name + " - ").doesNotContain("::", "*", "[[", "_DIRECTORY_");
    }
}
