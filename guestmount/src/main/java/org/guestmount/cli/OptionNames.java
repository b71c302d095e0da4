package org.guestmount.cli;

import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** The options by which the completions of shells that were written for libguestfs's tools learn of the others. */
final class OptionNames {
    private static final String LONG = "--long-options";
    private static final String SHORT = "--short-options";

    @Option(names = LONG, hidden = true, description = "Print the long options, one a line.")
    boolean longNames;

    @Option(names = SHORT, hidden = true, description = "Print the short options, one a line.")
    boolean shortNames;

    /** Prints what was asked for; returns whether anything was. The two options themselves are not printed. */
    static boolean print(ParseResult parsed, Consumer<String> out) {
        boolean longWanted = parsed.hasMatchedOption(LONG);
        if (!longWanted && !parsed.hasMatchedOption(SHORT)) {
            return false;
        }
        parsed.commandSpec().optionsMap().keySet().stream()
                .filter(name -> name.startsWith("--") == longWanted)
                .filter(name -> !List.of(LONG, SHORT).contains(name))
                .sorted()
                .forEach(out);
        return true;
    }
}
