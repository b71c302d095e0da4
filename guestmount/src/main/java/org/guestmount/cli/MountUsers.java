package org.guestmount.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.guestmount.mount.MountTable;

/**
 * Finds the processes that keep a mount busy. Only links and tables of /proc are read, never the mount itself, for that
 * may not answer. Source: proc(5).
 */
final class MountUsers {
    private final MountTable.Mount mount;

    MountUsers(MountTable.Mount mount) {
        this.mount = mount;
    }

    /**
     * A process and one thing it has in the mount.
     *
     * @param use such as {@code has /mnt/a open}
     */
    record User(long pid, String program, String use) {
        @Override
        public String toString() {
            return "process " + pid + " (" + program + ") " + use;
        }
    }

    /** Those this user may know of, but for this process, to which its caller may have passed an open file. */
    List<User> find() {
        List<User> users = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
            for (Path process : processes) {
                long pid = Long.parseLong(process.getFileName().toString());
                if (pid != ProcessHandle.current().pid()) {
                    use(process).ifPresent(use -> users.add(new User(pid, program(process), use)));
                }
            }
        } catch (IOException e) {
            // Without /proc there is nobody to name.
        }
        return users;
    }

    private Optional<String> use(Path process) {
        return link(process.resolve("cwd"))
                .map(path -> "has " + path + " as its current folder")
                .or(() -> link(process.resolve("root")).map(path -> "has " + path + " as its root"))
                .or(() -> link(process.resolve("exe")).map(path -> "runs " + path))
                .or(() -> openFile(process).map(path -> "has " + path + " open"))
                .or(() -> mapping(process).map(path -> "has " + path + " mapped"));
    }

    private Optional<String> openFile(Path process) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                Optional<String> path = link(descriptor);
                if (path.isPresent()) {
                    return path;
                }
            }
        } catch (IOException e) {
            // Another user's process, or it has just ended.
        }
        return Optional.empty();
    }

    private Optional<String> link(Path link) {
        try {
            Path target = Files.readSymbolicLink(link);
            return target.startsWith(mount.path()) ? Optional.of(target.toString()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Lines are: addresses, permissions, offset, device, inode, path. */
    private Optional<String> mapping(Path process) {
        try {
            String maps = new String(Files.readAllBytes(process.resolve("maps")), StandardCharsets.UTF_8);
            return maps.lines()
                    .map(line -> line.trim().split(" +", 6))
                    .filter(fields -> fields.length == 6 && fields[5].startsWith(mount.path() + "/"))
                    .map(fields -> fields[5])
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String program(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException e) {
            return "?";
        }
    }
}
