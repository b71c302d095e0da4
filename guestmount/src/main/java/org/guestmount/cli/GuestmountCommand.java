package org.guestmount.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import org.guestmount.cli.GuestmountOptions.Task;
import org.guestmount.core.session.LaunchSettings;
import org.guestmount.core.session.SettingsException;
import org.guestmount.mount.FuseHelp;
import org.guestmount.mount.MountTable;

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
        GuestmountOptions options = new GuestmountOptions(environment);
        Optional<ExitCode> exit = CommandParser.parse(options.commandLine(), arguments, options::validate, out, err);
        if (exit.isPresent()) {
            return exit.get();
        }
        try {
            return switch (options.task()) {
                case FUSE_HELP -> print(FuseHelp.TEXT, out);
                case CAPABILITIES ->
                    print(String.join("\n", MachineReadable.CAPABILITIES) + "\n", output(options, out, err));
                case STATUS -> status(options, output(options, out, err));
                case LIST, MOUNT ->
                    guestRun(options, Verbosity.amend(environment, options), out, err)
                            .run();
            };
        } catch (SettingsException | UserException | IOException e) {
            err.println("guestmount: " + e.getMessage());
            return ExitCode.FAILURE;
        }
    }

    private static GuestRun guestRun(
            GuestmountOptions options, Map<String, String> environment, PrintStream out, PrintStream err)
            throws SettingsException, UserException {
        LaunchSettings settings = LaunchSettings.fromEnvironment(environment);
        Verbosity.apply(settings);
        if (options.task() == Task.LIST) {
            return new ListRun(options, settings, environment, output(options, out, err), err);
        }
        options.setReadOnlyByDefault(ConfigurationFiles.of(environment).readOnly());
        return new MountRun(options, settings, environment, Caller.isWaiting() && !options.foreground(), err);
    }

    private static ExitCode status(GuestmountOptions options, PrintStream out) throws IOException {
        MountStatus status = MountStatus.of(MountRecords.ofThisUser(), MountTable.read());
        return print(options.json() ? status.json() + "\n" : status.text(), out);
    }

    private static PrintStream output(GuestmountOptions options, PrintStream out, PrintStream err)
            throws UserException {
        MachineReadable place = options.machineReadable();
        return place == null ? out : place.open(out, err);
    }

    /** Fails if it could not be printed. */
    static ExitCode print(String text, PrintStream out) {
        out.print(text);
        return out.checkError() ? ExitCode.FAILURE : ExitCode.SUCCESS;
    }
}
