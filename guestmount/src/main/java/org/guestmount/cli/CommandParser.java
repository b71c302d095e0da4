package org.guestmount.cli;

import java.io.PrintStream;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Reads a command line into its object, and prints help, the version and what is wrong with it. */
final class CommandParser {
    private CommandParser() {}

    /** picocli's view of a command, stripped of the conveniences that getopt_long(3) does not have. */
    static CommandLine commandLine(Object command) {
        return new CommandLine(command)
                .setOverwrittenOptionsAllowed(true)
                .setAllowOptionsAsOptionParameters(true)
                .setExpandAtFiles(false)
                .setInterpolateVariables(false)
                .setUsageHelpWidth(100)
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    }

    /**
     * Fills the command's object from the arguments.
     *
     * @param validate checks the options against one another; throws ParameterException
     * @return how to exit; empty to go on with the work
     */
    static Optional<ExitCode> parse(
            CommandLine commandLine, String[] arguments, Runnable validate, PrintStream out, PrintStream err) {
        try {
            commandLine.parseArgs(GetoptArguments.respell(commandLine.getCommandSpec(), arguments));
            if (commandLine.isUsageHelpRequested()) {
                commandLine.usage(out);
                return Optional.of(ExitCode.SUCCESS);
            }
            if (commandLine.isVersionHelpRequested()) {
                commandLine.printVersionHelp(out);
                return Optional.of(ExitCode.SUCCESS);
            }
            if (OptionNames.print(commandLine.getParseResult(), out::println)) {
                return Optional.of(ExitCode.SUCCESS);
            }
            validate.run();
            return Optional.empty();
        } catch (ParameterException | IllegalArgumentException e) {
            String name = commandLine.getCommandName();
            err.println(name + ": " + e.getMessage());
            err.println("Try '" + name + " --help' for more information.");
            return Optional.of(ExitCode.FAILURE);
        }
    }

    /** An option's value as a number from 0 to {@code max}; anything else is a mistake of the user's. */
    static int number(CommandLine commandLine, String option, String value, int max) {
        try {
            int number = Integer.parseInt(value);
            if (number >= 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number out of range.
        }
        String range = max == Integer.MAX_VALUE ? "0 or more" : "0 to " + max;
        throw new ParameterException(commandLine, option + " " + value + ": must be a whole number, " + range);
    }
}
