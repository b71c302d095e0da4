package org.guestmount.cli;

import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import org.guestmount.core.session.LaunchSettings;
import org.guestmount.core.session.SettingsException;

/** guestmount(1). */
public final class GuestmountCommand {
    private GuestmountCommand() {}

    public static void main(String[] arguments) {
        ExitCode exit = ExitCode.FAILURE;
        try {
            exit = run(arguments, System.getenv(), System.out, System.err);
        } catch (RuntimeException | Error e) {
            System.err.println("guestmount: internal error");
            e.printStackTrace();
        }
        System.exit(exit.status());
    }

    static ExitCode run(String[] arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
        GuestmountOptions options = new GuestmountOptions();
        Optional<ExitCode> exit = CommandParser.parse(options.commandLine(), arguments, options::validate, out, err);
        if (exit.isPresent()) {
            return exit.get();
        }
        Map<String, String> amended = Verbosity.amend(environment, options);
        try {
            LaunchSettings settings = LaunchSettings.fromEnvironment(amended);
            Verbosity.apply(settings);
            boolean detach = Caller.isWaiting() && !options.foreground();
            return new MountRun(options, settings, amended, detach, err).run();
        } catch (SettingsException e) {
            err.println("guestmount: " + e.getMessage());
            return ExitCode.FAILURE;
        }
    }
}
