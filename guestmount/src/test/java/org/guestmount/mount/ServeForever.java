package org.guestmount.mount;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.guestmount.core.fs.InMemoryGuestFilesystem;

/** A program that mounts an empty guest, says so, and serves it until it is killed. */
final class ServeForever {
    private ServeForever() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        MountedGuest mounted = MountedGuest.mount(
                new InMemoryGuestFilesystem(),
                new MountConfig(
                        Path.of(arguments[0]), false, "test", List.of(), FuseBackend.KERNEL, Duration.ofSeconds(60)));
        System.out.println("mounted");
        mounted.awaitUnmounted();
    }
}
