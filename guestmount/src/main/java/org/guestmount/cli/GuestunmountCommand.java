package org.guestmount.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;

/** guestunmount(1). */
public final class GuestunmountCommand {
    private GuestunmountCommand() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments, System.out, System.err).status());
    }

    static ExitCode run(String[] arguments, PrintStream out, PrintStream err) {
        GuestunmountOptions options = new GuestunmountOptions();
        Optional<ExitCode> exit = CommandParser.parse(options.commandLine(), arguments, options::validate, out, err);
        if (exit.isPresent()) {
            return exit.get();
        }
        try {
            return new UnmountTask(options, new Fusermount(), err).run();
        } catch (IOException e) {
            err.println("guestunmount: " + e.getMessage());
            return ExitCode.FAILURE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILURE;
        }
    }
}
