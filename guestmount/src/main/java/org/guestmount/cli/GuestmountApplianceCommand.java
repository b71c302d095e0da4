package org.guestmount.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.guestmount.appliance.image.ApplianceBuilder;
import org.guestmount.appliance.image.ApplianceDescription;
import org.guestmount.appliance.image.ApplianceSettings;
import org.guestmount.core.appliance.Appliance;
import org.guestmount.core.session.GuestSession;
import org.guestmount.core.session.LaunchListener;
import org.guestmount.core.session.LaunchSettings;
import org.guestmount.core.session.SettingsException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code guestmount-appliance}: makes, describes and removes the small virtual machine that reads guests' filesystems. */
@Command(
        name = "guestmount-appliance",
        description =
                "Makes, describes or removes the appliance, the small virtual machine that guestmount reads disk images in. "
                        + "guestmount makes it by itself when needed.",
        mixinStandardHelpOptions = true,
        versionProvider = ProductVersion.class)
public final class GuestmountApplianceCommand implements Runnable {
    private final ApplianceBuilder builder;
    private final LaunchSettings settings;
    private final LaunchListener report;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is run
    private CommandSpec spec;

    GuestmountApplianceCommand(ApplianceBuilder builder, LaunchSettings settings, LaunchListener report) {
        this.builder = builder;
        this.settings = settings;
        this.report = report;
    }

    public static void main(String[] args) {
        LaunchReport report = LaunchReport.onStandardError("guestmount-appliance", System.err);
        int status = run(System.getenv(), writer(System.out), writer(System.err), report, args);
        report.finish();
        System.exit(status);
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, Charset.defaultCharset());
    }

    /** Exit status: 0, or 1 with a message on {@code err}. */
    static int run(
            Map<String, String> environment, PrintWriter out, PrintWriter err, LaunchListener report, String... args) {
        ApplianceBuilder builder;
        LaunchSettings settings;
        try {
            settings = LaunchSettings.fromEnvironment(environment);
            builder = new ApplianceBuilder(ApplianceSettings.fromEnvironment(settings.cacheFolder(), environment));
        } catch (SettingsException e) {
            return fail(err, e);
        }
        return new CommandLine(new GuestmountApplianceCommand(builder, settings, report))
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((e, unused) -> fail(err, e))
                .setExecutionExceptionHandler((e, unused, parsed) -> fail(err, e))
                .execute(args);
    }

    private static int fail(PrintWriter err, Exception e) {
        err.println("guestmount-appliance: " + (e.getMessage() == null ? e : e.getMessage()));
        return 1;
    }

    @Mixin
    final OptionNames optionNames = new OptionNames();

    @Override
    public void run() {
        if (OptionNames.print(spec.commandLine().getParseResult(), out()::println)) {
            return;
        }
        throw new ParameterException(spec.commandLine(), "say what to do: build, info, export or clean");
    }

    @Command(description = "Make the appliance now, unless there is a current one.")
    int build() throws IOException, InterruptedException {
        Appliance appliance = GuestSession.prepare(settings, builder, report);
        out().println(appliance.folder());
        return 0;
    }

    @Command(
            description =
                    "Copy the appliance to a folder, for LIBGUESTFS_PATH on machines that have nothing to make one of.")
    int export(@Parameters(paramLabel = "FOLDER") Path folder) throws IOException, InterruptedException {
        builder.export(folder, report::applianceStep);
        return 0;
    }

    @Command(description = "Say what the appliance consists of, what it can handle and what is missing.")
    int info() throws IOException, InterruptedException {
        ApplianceDescription appliance = builder.describe();
        Path folder = appliance.folder();
        print("kernel", appliance.kernelRelease() + " (" + appliance.kernelImage() + ")");
        print("digest", appliance.digest());
        print("folder", folder == null ? "not built yet; guestmount-appliance build makes it" : folder.toString());
        print("size", folder == null ? "unknown" : "%.1f MB".formatted(appliance.sizeBytes() / 1e6));
        print("filesystems", String.join(", ", appliance.filesystems()));
        print("tools", String.join(", ", appliance.tools()));
        printAll("not in this kernel", appliance.missingFilesystems());
        printAll("missing", appliance.missingTools());
        return 0;
    }

    @Command(description = "Remove every appliance of this user that is not in use.")
    int clean() throws IOException, InterruptedException {
        for (Path kept : builder.clean()) {
            spec.commandLine().getErr().println("guestmount-appliance: kept " + kept + ", which is in use");
        }
        return 0;
    }

    private void printAll(String label, List<String> values) {
        values.forEach(value -> print(label, value));
    }

    private void print(String label, String value) {
        out().printf("%-20s%s%n", label + ":", value);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
