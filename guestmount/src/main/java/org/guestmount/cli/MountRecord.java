package org.guestmount.cli;

import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What guestmount leaves for guestunmount to find: who serves which mount.
 *
 * @param process the one that serves it
 * @param mountpoint canonical
 * @param log where its messages go; null if nowhere
 */
record MountRecord(
        HostProcess process, Path mountpoint, @Nullable Path log) {
    Properties toProperties() {
        Properties properties = new Properties();
        properties.setProperty("pid", Long.toString(process.pid()));
        properties.setProperty("start", Long.toString(process.startTicks()));
        properties.setProperty("mountpoint", mountpoint.toString());
        if (log != null) {
            properties.setProperty("log", log.toString());
        }
        return properties;
    }

    /** @throws IllegalArgumentException if it is not a whole record */
    static MountRecord fromProperties(Properties properties) {
        String log = properties.getProperty("log");
        return new MountRecord(
                new HostProcess(
                        Long.parseLong(properties.getProperty("pid", "")),
                        Long.parseLong(properties.getProperty("start", ""))),
                Path.of(properties.getProperty("mountpoint", "")),
                log == null ? null : Path.of(log));
    }
}
