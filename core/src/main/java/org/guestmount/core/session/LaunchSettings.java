package org.guestmount.core.session;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.guestmount.core.host.HostUser;
import org.jspecify.annotations.Nullable;

/**
 * What the environment says about launching. Relative paths are made absolute, so a later change of directory is harmless.
 *
 * @param accelerator {@code LIBGUESTFS_BACKEND_SETTINGS}
 * @param memoryMebibytes {@code LIBGUESTFS_MEMSIZE}: the guest's memory
 * @param hypervisor {@code LIBGUESTFS_HV}, or the older {@code LIBGUESTFS_QEMU}: the QEMU to run; null to search PATH
 * @param searchPath {@code PATH}: where programs are looked for
 * @param kernelArguments {@code LIBGUESTFS_APPEND}: added to the guest kernel's command line, may be empty
 * @param cacheFolder where appliances and what was learned about QEMU are kept, private to the user; may not exist
 * @param cacheBytes how large that may get: {@code GUESTMOUNT_CACHE_SIZE}, in mebibytes
 * @param temporaryFolder where overlays go: {@code LIBGUESTFS_TMPDIR}, {@code TMPDIR}, {@code /tmp}
 * @param socketFolders where sockets may go, the best first: {@code XDG_RUNTIME_DIR}, the temporary folder, {@code /tmp}
 * @param resume whether a saved guest may be resumed: not if {@code LIBGUESTFS_BACKEND_SETTINGS} has {@code boot}, the kernel is given
 *     arguments, or the cache may not be large enough
 * @param debug {@code LIBGUESTFS_DEBUG}: the guest's console speaks, and is passed on
 * @param trace {@code LIBGUESTFS_TRACE}: requests are logged
 * @param launchTimeout how long a guest that is alive may take to answer
 */
public record LaunchSettings(
        AcceleratorChoice accelerator,
        int memoryMebibytes,
        @Nullable Path hypervisor,
        List<Path> searchPath,
        String kernelArguments,
        Path cacheFolder,
        long cacheBytes,
        Path temporaryFolder,
        List<Path> socketFolders,
        boolean resume,
        boolean debug,
        boolean trace,
        Duration launchTimeout) {
    /** Enough for the appliance, its daemon and a page cache worth having. */
    public static final int DEFAULT_MEMORY_MEBIBYTES = 512;

    /** The appliance's initramfs and daemon do not fit in less. */
    public static final int MIN_MEMORY_MEBIBYTES = 256;

    /** An appliance and three saved guests. */
    private static final int DEFAULT_CACHE_MEBIBYTES = 1024;

    /** An appliance and a saved guest; with less, each launch boots. */
    private static final int MIN_CACHE_MEBIBYTES_TO_SAVE = 400;

    /** What QEMU's q35 machine can have. */
    private static final int MAX_MEMORY_MEBIBYTES = 1 << 20;

    /** Twenty times what a boot takes without KVM; a guest that panics is noticed at once all the same. */
    public static final Duration DEFAULT_LAUNCH_TIMEOUT = Duration.ofMinutes(2);

    public LaunchSettings {
        searchPath = List.copyOf(searchPath);
        socketFolders = List.copyOf(socketFolders);
    }

    /**
     * Reads the settings.
     *
     * @param environment as {@link System#getenv()}
     * @throws SettingsException for a value out of range or of another type; unknown backend settings are ignored, for
     *     libguestfs has many, and so is which of its backends runs QEMU, for here it is always run directly
     */
    public static LaunchSettings fromEnvironment(Map<String, String> environment) throws SettingsException {
        Variables variables = new Variables(environment);
        checkBackend(variables);
        Path temporary = variables.path("LIBGUESTFS_TMPDIR", "TMPDIR").orElse(Path.of("/tmp"));
        List<Path> sockets = Stream.of(
                        variables.path("XDG_RUNTIME_DIR").filter(Files::isDirectory).stream(),
                        Stream.of(temporary, Path.of("/tmp")))
                .flatMap(s -> s)
                .distinct()
                .toList();
        String kernelArguments =
                environment.getOrDefault("LIBGUESTFS_APPEND", "").strip();
        boolean debug = variables.flag("LIBGUESTFS_DEBUG");
        int cacheMebibytes = variables.integer("GUESTMOUNT_CACHE_SIZE", 0, Integer.MAX_VALUE, DEFAULT_CACHE_MEBIBYTES);
        boolean boot = cacheMebibytes < MIN_CACHE_MEBIBYTES_TO_SAVE
                || variables.list("LIBGUESTFS_BACKEND_SETTINGS").contains("boot");
        return new LaunchSettings(
                accelerator(variables),
                variables.integer(
                        "LIBGUESTFS_MEMSIZE", MIN_MEMORY_MEBIBYTES, MAX_MEMORY_MEBIBYTES, DEFAULT_MEMORY_MEBIBYTES),
                variables.path("LIBGUESTFS_HV", "LIBGUESTFS_QEMU").orElse(null),
                searchPath(environment.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin")),
                kernelArguments,
                cacheFolder(variables, environment),
                (long) cacheMebibytes << 20,
                temporary,
                sockets,
                !boot && kernelArguments.isEmpty(),
                debug,
                variables.flag("LIBGUESTFS_TRACE"),
                DEFAULT_LAUNCH_TIMEOUT);
    }

    /** Of libguestfs's backends, only the one that attaches to a running guest does something that cannot be done here. */
    private static void checkBackend(Variables variables) throws SettingsException {
        for (String name : List.of("LIBGUESTFS_BACKEND", "LIBGUESTFS_ATTACH_METHOD")) {
            Optional<String> backend = variables.value(name);
            if (backend.isPresent() && !backend.get().matches("(?s)direct|appliance|libvirt(:.*)?")) {
                throw new SettingsException(name + "=" + backend.get() + " cannot be used: guestmount runs QEMU itself,"
                        + " as libguestfs does with " + name + "=direct");
            }
        }
    }

    private static AcceleratorChoice accelerator(Variables variables) throws SettingsException {
        List<String> settings = variables.list("LIBGUESTFS_BACKEND_SETTINGS");
        boolean tcg = settings.contains("force_tcg") || settings.contains("force_tcg=1");
        boolean kvm = settings.contains("force_kvm") || settings.contains("force_kvm=1");
        if (tcg && kvm) {
            throw new SettingsException("LIBGUESTFS_BACKEND_SETTINGS has both force_tcg and force_kvm");
        }
        return tcg ? AcceleratorChoice.FORCE_TCG : kvm ? AcceleratorChoice.FORCE_KVM : AcceleratorChoice.AUTOMATIC;
    }

    private static List<Path> searchPath(String path) {
        return Stream.of(path.split(":", -1))
                .map(LaunchSettings::searchFolder)
                .filter(Objects::nonNull)
                .toList();
    }

    /** As a shell sees it: an empty element is the current folder. */
    private static @Nullable Path searchFolder(String folder) {
        try {
            return Path.of(folder).toAbsolutePath();
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static Path cacheFolder(Variables variables, Map<String, String> environment) throws SettingsException {
        var shared = variables.path("LIBGUESTFS_CACHEDIR");
        if (shared.isPresent()) {
            return shared.get().resolve("guestmount-" + HostUser.id());
        }
        // The XDG base directory specification tells to ignore a relative path.
        String ownCache = environment.getOrDefault("XDG_CACHE_HOME", "");
        if (ownCache.startsWith("/")) {
            return Path.of(ownCache, "guestmount");
        }
        String home = environment.getOrDefault("HOME", "");
        return home.startsWith("/")
                ? Path.of(home, ".cache", "guestmount")
                : Path.of("/var/tmp", "guestmount-" + HostUser.id());
    }
}
