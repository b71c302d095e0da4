package org.guestmount.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What guestmount leaves for guestunmount and {@code --status} to find: who serves which mount.
 *
 * @param process the one that serves it
 * @param mountpoint canonical
 * @param images in the order of the guest's drives
 * @param readOnly whether nothing can be written to
 * @param since when the record was made, just before mounting
 * @param log where its messages go; null if nowhere
 */
record MountRecord(
        HostProcess process,
        Path mountpoint,
        List<String> images,
        boolean readOnly,
        Instant since,
        @Nullable Path log) {
    private static final String IMAGE = "image.";

    MountRecord {
        images = List.copyOf(images);
    }

    Properties toProperties() {
        Properties properties = new Properties();
        properties.setProperty("pid", Long.toString(process.pid()));
        properties.setProperty("start", Long.toString(process.startTicks()));
        properties.setProperty("mountpoint", mountpoint.toString());
        for (int i = 0; i < images.size(); i++) {
            properties.setProperty(IMAGE + i, images.get(i));
        }
        properties.setProperty("readonly", Boolean.toString(readOnly));
        properties.setProperty("since", since.toString());
        if (log != null) {
            properties.setProperty("log", log.toString());
        }
        return properties;
    }

    /** @throws IllegalArgumentException or DateTimeException if it is not a whole record */
    static MountRecord fromProperties(Properties properties) {
        List<String> images = new ArrayList<>();
        String image;
        while ((image = properties.getProperty(IMAGE + images.size())) != null) {
            images.add(image);
        }
        String log = properties.getProperty("log");
        return new MountRecord(
                new HostProcess(
                        Long.parseLong(properties.getProperty("pid", "")),
                        Long.parseLong(properties.getProperty("start", ""))),
                Path.of(properties.getProperty("mountpoint", "")),
                images,
                Boolean.parseBoolean(properties.getProperty("readonly")),
                Instant.parse(properties.getProperty("since", "")),
                log == null ? null : Path.of(log));
    }
}
