package org.guestmount.it.framework;

import java.nio.file.Path;

/** Where the things under test are: the tests run in their module's folder. */
public final class Project {
    private Project() {}

    /** The folder with {@code bin/}: this project's, or where {@code -Dit.project} says. */
    public static Path folder() {
        return Path.of(System.getProperty("it.project", "..")).toAbsolutePath().normalize();
    }

    /** For images, the appliance and reports of failures; removed by {@code mvn clean}. */
    public static Path outputFolder() {
        return Path.of("target", "it").toAbsolutePath();
    }
}
