package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Checks of the files that images are made of. */
final class ImageFiles {
    /** The file type in {@code st_mode}. Source: inode(7). */
    private static final int TYPE_MASK = 0170000;

    private static final int TYPE_BLOCK_DEVICE = 0060000;

    private ImageFiles() {}

    /**
     * Checks that it is there and can be read.
     *
     * @param subject how a message names it
     */
    static void requireUsable(Path file, String subject) throws DriveException {
        if (!Files.exists(file)) {
            throw new DriveException(subject
                    + (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                            ? ": is a symbolic link to nothing, or into a folder you may not enter"
                            : ": does not exist"));
        }
        if (Files.isDirectory(file)) {
            throw new DriveException(subject + ": is a directory, not a disk image");
        }
        if (!Files.isRegularFile(file) && !isBlockDevice(file)) {
            throw new DriveException(subject + ": is neither a file nor a block device");
        }
        if (!Files.isReadable(file)) {
            throw new DriveException(subject + ": you may not read it");
        }
    }

    static void requireWritable(Path file) throws DriveException {
        if (!Files.isWritable(file)) {
            throw new DriveException(file + ": you may not write to it; to only read it, add --ro");
        }
    }

    static boolean isBlockDevice(Path file) {
        try {
            return ((Integer) Files.getAttribute(file, "unix:mode") & TYPE_MASK) == TYPE_BLOCK_DEVICE;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The file that an image means by a name in its header. Relative names start at the folder the image is really in.
     *
     * @param role what the file is to the image, for a message
     */
    static Path resolve(Path image, String name, String role) throws IOException {
        String path = name.startsWith("file:") ? name.substring("file:".length()) : name;
        int colon = path.indexOf(':');
        int slash = path.indexOf('/');
        // As QEMU tells a protocol from a path.
        boolean hasProtocol = colon >= 0 && (slash < 0 || colon < slash);
        if (hasProtocol || path.isEmpty()) {
            throw new DriveException(
                    image + ": its " + role + " is '" + name + "'; only files on this host can be used");
        }
        try {
            return image.toRealPath().resolveSibling(path).normalize();
        } catch (InvalidPathException e) {
            throw new DriveException(image + ": its " + role + " has an impossible name, '" + name + "'", e);
        }
    }
}
