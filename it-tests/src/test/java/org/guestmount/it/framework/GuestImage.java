package org.guestmount.it.framework;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A disk image made by other people's tools. */
public record GuestImage(Path path, String format) {
    public static GuestImage raw(Path path) {
        return new GuestImage(path, "raw");
    }

    /** An ext4 filesystem as a whole image, filled from a folder without root. */
    public static GuestImage ext4(Path file, int mebibytes, Path contents) {
        Command.of("truncate", "-s", mebibytes + "M", file).run();
        Command.of("mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-d", contents, file)
                .run();
        return raw(file);
    }

    /** The same disk in another of QEMU's formats, beside this one. */
    public GuestImage convertedTo(String newFormat) {
        return convertedTo(path.getFileName() + "." + newFormat, newFormat);
    }

    /**
     * The same, with options of {@code qemu-img convert} such as {@code -c}.
     *
     * @param name of the new file
     */
    public GuestImage convertedTo(String name, String newFormat, String... options) {
        GuestImage converted = new GuestImage(path.resolveSibling(name), newFormat);
        List<Object> argv = new ArrayList<>(List.of("qemu-img", "convert", "-f", format, "-O", newFormat));
        argv.addAll(List.of(options));
        argv.addAll(List.of(path, converted.path));
        Command.of(argv.toArray()).run();
        return converted;
    }

    /** A new, empty qcow2 layer upon this image. */
    public GuestImage layered(String name) {
        return layeredAt(path.resolveSibling(name));
    }

    /** The same, anywhere. */
    public GuestImage layeredAt(Path file) {
        GuestImage layer = new GuestImage(file, "qcow2");
        Command.of("qemu-img", "create", "-q", "-f", "qcow2", "-b", path, "-F", format, layer.path)
                .run();
        return layer;
    }

    public GuestImage copiedTo(Path file) {
        Command.of("cp", "--sparse=always", "--reflink=auto", path, file).run();
        return new GuestImage(file, format);
    }

    public String sha256() {
        return Command.of("sha256sum", path).run().substring(0, 64).toLowerCase(Locale.ROOT);
    }
}
