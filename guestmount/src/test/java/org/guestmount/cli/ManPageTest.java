package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The manual pages document each option there is, and no other. */
class ManPageTest {
    private static final Path PAGES = Path.of("..", "man", "src");

    /** The line above an option's description, such as {@code *-a* _IMAGE_, *--add*=_IMAGE_::}. */
    private static final Pattern TERM = Pattern.compile("^\\*-.*::$", Pattern.MULTILINE);

    private static final Pattern OPTION = Pattern.compile("\\*(--?[A-Za-z][a-z-]*)\\*");

    static List<CommandLine> commands() {
        return CommandModels.all();
    }

    private static String page(CommandLine command) throws IOException {
        return Files.readString(PAGES.resolve(command.getCommandName() + ".1.adoc"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyOptionIsDocumentedAndNoOther(CommandLine command) throws IOException {
        Set<String> documented = TERM.matcher(page(command))
                .results()
                .map(MatchResult::group)
                .flatMap(term -> OPTION.matcher(term).results())
                .map(option -> option.group(1))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(
                        command.getCommandSpec().optionsMap().keySet());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everySubcommandIsDocumented(CommandLine command) throws IOException {
        String page = page(command);

        assertThat(command.getSubcommands().keySet())
                .allSatisfy(name -> assertThat(page).contains("\n*" + name + "*::"));
    }

    @Test
    void everyExitStatusIsDocumented() throws IOException {
        String page = page(new GuestunmountOptions().commandLine());

        assertThat(ExitCode.values()).allSatisfy(code -> assertThat(page).contains("\n*" + code.status() + "*:: "));
    }
}
