package org.guestmount.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.guestmount.cache.CacheConfig;
import org.guestmount.cache.CachingFilesystem;
import org.guestmount.cache.PrefetchingFilesystem;
import org.guestmount.core.appliance.Appliance;
import org.guestmount.core.drive.Drive;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.session.FakeQemu;
import org.guestmount.core.session.FakeQemu.Behaviour;
import org.guestmount.core.session.GuestSession;
import org.guestmount.core.session.LaunchSettings;
import org.guestmount.core.session.SessionConfig;
import org.guestmount.mount.FuseBackend;
import org.guestmount.mount.MountConfig;
import org.guestmount.mount.MountedGuest;

/**
 * Loads the classes that a mount needs, for the build to put them into the archive that commands start from: mounts a
 * stand-in's empty filesystem, and names what only other mounts would load.
 */
final class Rehearsal {
    private static final Duration CACHE_TIMEOUT = Duration.ofSeconds(60);

    private Rehearsal() {}

    public static void main(String[] arguments) throws Exception {
        for (String jar : arguments) {
            loadAll(Path.of(jar));
        }
        Path folder = Files.createTempDirectory("guestmount-rehearsal");
        try {
            mount(folder);
        } finally {
            delete(folder);
        }
    }

    private static void loadAll(Path jar) throws IOException, ClassNotFoundException {
        try (JarFile file = new JarFile(jar.toFile())) {
            for (String name : file.stream().map(e -> e.getName()).toList()) {
                if (name.endsWith(".class") && !name.contains("-")) {
                    Class.forName(
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'),
                            false,
                            Rehearsal.class.getClassLoader());
                }
            }
        }
    }

    private static void mount(Path folder) throws Exception {
        Path image = Files.write(folder.resolve("disk.img"), new byte[1 << 20]);
        Path mountpoint = Files.createDirectory(folder.resolve("mnt"));
        GuestmountOptions options = new GuestmountOptions(Map.of());
        String[] line = {"-a", image.toString(), "-m", "/dev/sda", "--ro", mountpoint.toString()};
        CommandParser.parse(options.commandLine(), line, options::validate, System.out, System.err);
        Map<String, String> environment = Map.of(
                "PATH", System.getenv("PATH"),
                "HOME", folder.toString(),
                "TMPDIR", folder.toString(),
                "LIBGUESTFS_HV",
                        FakeQemu.install(folder, Behaviour.SERVES_FILES).toString(),
                "LIBGUESTFS_BACKEND_SETTINGS", "force_tcg:boot");
        LaunchSettings settings = LaunchSettings.fromEnvironment(environment);
        Verbosity.apply(settings);
        SessionConfig session = new SessionConfig(List.of(new Drive(image, "raw", true, null)), settings);
        Appliance appliance = new Appliance(image, image, "0", "none");
        MountConfig config =
                new MountConfig(mountpoint, true, image.toString(), List.of(), FuseBackend.KERNEL, CACHE_TIMEOUT);
        LaunchReport report = new LaunchReport("rehearsal", System.err, () -> false);
        try (GuestSession guest = GuestSession.launch(session, progress -> appliance, report)) {
            Keys keys = options.keys().keys(report::finish);
            ClevisProgram clevis = new ClevisProgram(settings.searchPath());
            GuestVolumes volumes = new GuestVolumes(guest.machine(), keys, guest::addMemory, clevis);
            GuestMounts mounts = new GuestMounts(guest.machine(), volumes, report::notice);
            mounts.awaitDrives(1);
            mounts.mount(options.mounts());
            CacheConfig caching = new CacheConfig(CACHE_TIMEOUT, CacheConfig.DEFAULT_MAX_BYTES);
            CachingFilesystem cached = new CachingFilesystem(guest.filesystem(), caching);
            try (GuestFilesystem prefetching = PrefetchingFilesystem.readOnly(cached, cached, guest.drives())) {
                MountedGuest mounted = MountedGuest.mount(prefetching, config);
                try (Stream<Path> listing = Files.list(mountpoint)) {
                    System.out.println(listing.count() + " files in it");
                } finally {
                    mounted.close();
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (Files.isDirectory(file)) {
                    delete(file);
                } else {
                    Files.delete(file);
                }
            }
        }
        Files.delete(folder);
    }
}
