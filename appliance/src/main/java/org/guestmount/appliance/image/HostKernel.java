package org.guestmount.appliance.image;

import java.nio.file.Path;

/**
 * A kernel of the host and the modules that belong to it.
 *
 * @param image a bzImage
 * @param release as in {@code uname -r}
 * @param modules the folder that holds its {@code modules.dep}
 */
record HostKernel(Path image, String release, Path modules) {}
