package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.file.Path;

/** A private folder for what QEMU needs to open an image, made when it is first asked for. Somebody else removes it. */
@FunctionalInterface
public interface ScratchFolder {
    Path path() throws IOException;
}
