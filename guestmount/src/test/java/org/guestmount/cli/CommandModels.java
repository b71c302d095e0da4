package org.guestmount.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.guestmount.appliance.image.ApplianceBuilder;
import org.guestmount.appliance.image.ApplianceSettings;
import org.guestmount.core.session.LaunchListener;
import org.guestmount.core.session.LaunchSettings;
import org.guestmount.core.session.SettingsException;
import picocli.CommandLine;

/** The commands as picocli sees them. */
final class CommandModels {
    private CommandModels() {}

    static List<CommandLine> all() {
        ApplianceBuilder unused =
                new ApplianceBuilder(ApplianceSettings.fromEnvironment(Path.of("/nonexistent"), Map.of()));
        try {
            return List.of(
                    new GuestmountOptions(Map.of()).commandLine(),
                    new GuestunmountOptions().commandLine(),
                    new CommandLine(new GuestmountApplianceCommand(
                            unused, LaunchSettings.fromEnvironment(Map.of()), new LaunchListener() {})));
        } catch (SettingsException e) {
            throw new AssertionError("an empty environment is in order", e);
        }
    }
}
