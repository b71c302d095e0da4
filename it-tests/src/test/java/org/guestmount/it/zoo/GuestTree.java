package org.guestmount.it.zoo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is to be on a guest's filesystem, in a folder of the host's. */
final class GuestTree {
    /** A file in the root of each filesystem that says whose it is and where it belongs. */
    static final String MARK = "mark";

    private final Path root;

    /** @param root is made */
    GuestTree(Path root) throws IOException {
        this.root = root;
        directory("");
    }

    /** One marked with a guest and a mountpoint. */
    static GuestTree marked(Path root, String guest, String mountpoint) throws IOException {
        return new GuestTree(root).file(MARK, mark(guest, mountpoint));
    }

    static String mark(String guest, String mountpoint) {
        return guest + " " + mountpoint + "\n";
    }

    Path root() {
        return root;
    }

    GuestTree directory(String... paths) throws IOException {
        for (String path : paths) {
            Files.createDirectories(root.resolve(path));
        }
        return this;
    }

    GuestTree file(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return this;
    }

    GuestTree link(String path, String target) throws IOException {
        Path link = root.resolve(path);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of(target));
        return this;
    }

    /** The folders of a Linux whose /bin is a link into /usr, as all of them have it now. */
    GuestTree linux(String hostname, String fstab) throws IOException {
        directory("boot", "dev", "etc", "home", "proc", "srv", "tmp", "usr/bin", "usr/lib", "usr/sbin", "var/log");
        for (String folder : new String[] {"bin", "lib", "sbin"}) {
            link(folder, "usr/" + folder);
        }
        return file("etc/hostname", hostname + "\n").file("etc/fstab", fstab);
    }

    /** os-release(5), where systemd has it. */
    GuestTree release(String id, String version, String name) throws IOException {
        return file(
                        "usr/lib/os-release",
                        "NAME=\"%s\"\nID=%s\nVERSION_ID=\"%s\"\nPRETTY_NAME=\"%s %s\"\n"
                                .formatted(name, id, version, name, version))
                .link("etc/os-release", "../usr/lib/os-release");
    }
}
