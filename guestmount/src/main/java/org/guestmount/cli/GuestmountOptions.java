package org.guestmount.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.mount.FuseBackend;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/**
 * The command line of guestmount.
 *
 * <p>Options are methods, not fields, because picocli calls them in the order of the command line, and that order
 * matters: {@code --format} and {@code --blocksize} hold for the drives after them.
 */
@Command(
        name = "guestmount",
        customSynopsis = {
            "guestmount [--ro] -a IMAGE|-d DOMAIN [-a...] -i DIRECTORY",
            "       guestmount [--ro] -a IMAGE|-d DOMAIN [-a...] -m DEVICE[:MOUNTPOINT[:OPTIONS[:FSTYPE]]] [-m...] DIRECTORY",
            "       guestmount -a IMAGE|-d DOMAIN [-a...] --list [--json]",
            "       guestmount --status [--json]"
        },
        description = "Mount the filesystems inside a virtual machine's disk image on a directory.",
        footer = {"", "Unmount with guestunmount. See guestmount(1) for examples."},
        sortOptions = false,
        versionProvider = ProductVersion.class)
final class GuestmountOptions {
    /** What is asked for. */
    enum Task {
        MOUNT,
        LIST,
        STATUS,
        FUSE_HELP,
        CAPABILITIES
    }

    private static final Duration DEFAULT_CACHE_TIMEOUT = Duration.ofSeconds(60);

    @Mixin
    private final DriveOptions drives;

    @Mixin
    private final KeyOptions keys;

    @Mixin
    final OptionNames optionNames = new OptionNames();

    private final CommandLine commandLine;
    private final List<MountSpec> mounts = new ArrayList<>();
    private final List<String> fuseOptions = new ArrayList<>();
    private final List<String> directories = new ArrayList<>();
    private boolean readOnly;
    private boolean readWrite;
    private FuseBackend fuseBackend = FuseBackend.KERNEL;
    private boolean readOnlyByDefault;
    private Duration cacheTimeout = DEFAULT_CACHE_TIMEOUT;
    private @Nullable String root;
    private @Nullable Path pidFile;
    private @Nullable Integer readyFd;
    private @Nullable MachineReadable machineReadable;

    @Option(
            names = "--list",
            order = 32,
            description = "Do not mount; list the disks, partitions, volumes and filesystems of the guest.")
    private boolean list;

    @Option(names = "--status", order = 33, description = "Do not mount; list the guests that you have mounted.")
    private boolean status;

    @Option(names = "--json", order = 34, description = "Print --list or --status as JSON.")
    private boolean json;

    @Option(
            names = {"-i", "--inspector"},
            order = 15,
            description = "Find the guest's operating system, and mount what that would. Before any -m.")
    private boolean inspect;

    @Option(
            names = "--drive-letters",
            order = 17,
            description = "With -i: mount each volume of Windows on a directory called by its letter, such as /c.")
    private boolean driveLetters;

    /** @param environment where the passwords of URIs may be */
    GuestmountOptions(Map<String, String> environment) {
        this.drives = new DriveOptions(environment, this::misused);
        this.keys = new KeyOptions(this::misused);
        this.commandLine = CommandParser.commandLine(this);
    }

    @Option(
            names = {"-n", "--no-sync"},
            order = 90,
            description = "Do not write cached data to the image when unmounting. Recent changes are lost.")
    private boolean noSync;

    @Option(names = "--no-fork", order = 80, description = "Stay in the foreground until unmounted.")
    private boolean noFork;

    @Option(
            names = {"-v", "--verbose"},
            order = 100,
            description = "Say what is being done, and how long it takes.")
    private boolean verbose;

    @Option(
            names = {"-x", "--trace"},
            order = 110,
            description = "Log every operation. Implies --no-fork.")
    private boolean trace;

    @Option(
            names = {"-V", "--version"},
            order = 120,
            versionHelp = true,
            description = "Print the version.")
    boolean version;

    @Option(names = "--fuse-help", order = 125, description = "Print the options that -o takes.")
    private boolean fuseHelp;

    @Option(names = "--selinux", hidden = true, description = "Accepted for old scripts; it changes nothing.")
    boolean selinux;

    @Option(names = "--help", order = 130, usageHelp = true, description = "Print this.")
    boolean help;

    @Option(
            names = "--root",
            paramLabel = "DEVICE[:SUBVOLUME]",
            order = 16,
            description = "With -i: which operating system, if there are several, by its root filesystem.")
    void root(@Nullable String device) {
        if (device != null) {
            root = device;
        }
    }

    @Option(
            names = {"-m", "--mount"},
            paramLabel = MountSpec.SYNTAX,
            order = 20,
            description = "Mount a device of the guest, on / unless said. Give several in the order of mounting.")
    void mount(@Nullable String value) {
        if (value == null) {
            return;
        }
        try {
            mounts.add(MountSpec.parse(value));
        } catch (IllegalArgumentException e) {
            throw misused(e);
        }
    }

    @Option(
            names = {"-r", "--ro"},
            order = 30,
            description = "Mount read-only. The image is not changed in any way.")
    void readOnly(boolean given) {
        readOnly |= given;
        checkNotMixed();
    }

    @Option(
            names = {"-w", "--rw"},
            order = 31,
            description = "Mount read-write, which is the default.")
    void readWrite(boolean given) {
        readWrite |= given;
        checkNotMixed();
    }

    @Option(
            names = {"-o", "--option"},
            paramLabel = "OPTION[,OPTION...]",
            order = 40,
            description = "Pass mount options to FUSE, such as allow_other.")
    void fuseOption(@Nullable String value) {
        if (value != null) {
            fuseOptions.add(value);
        }
    }

    @Option(
            names = "--fuse-backend",
            paramLabel = "kernel|jnr",
            order = 41,
            description = "How the kernel is talked to: directly (the default), or by libfuse 2 and jnr-fuse.")
    void fuseBackend(@Nullable String name) {
        if (name == null) {
            return;
        }
        fuseBackend = switch (name) {
            case "kernel" -> FuseBackend.KERNEL;
            case "jnr" -> FuseBackend.JNR;
            default -> throw misused("--fuse-backend=" + name + ": must be kernel or jnr");
        };
    }

    @Option(
            names = "--dir-cache-timeout",
            paramLabel = "SECONDS",
            order = 60,
            description = "Keep names and attributes for so long (60); 0 asks the guest every time.")
    void cacheTimeout(@Nullable String seconds) {
        if (seconds == null) {
            return;
        }
        cacheTimeout = Duration.ofSeconds(
                CommandParser.number(commandLine, "--dir-cache-timeout", seconds, Integer.MAX_VALUE));
    }

    @Option(
            names = "--fd",
            paramLabel = "FD",
            order = 81,
            description = "Write one zero byte to this descriptor, and close it, when the mount is ready.")
    void readyFd(@Nullable String descriptor) {
        if (descriptor != null) {
            readyFd = CommandParser.number(commandLine, "--fd", descriptor, Integer.MAX_VALUE);
        }
    }

    @Option(
            names = "--pid-file",
            paramLabel = "FILE",
            order = 82,
            description = "Write the process id there. The file is removed once the image is safe.")
    void pidFile(@Nullable String file) {
        if (file != null) {
            pidFile = Path.of(file).toAbsolutePath();
        }
    }

    @Option(
            names = "--machine-readable",
            paramLabel = "PLACE",
            arity = "0..1",
            fallbackValue = "",
            order = 35,
            description = "As --json, and say where to: file:NAME, fd:N, stream:stdout or stream:stderr. "
                    + "By itself, print what this guestmount can do.")
    void machineReadable(@Nullable String place) {
        if (place == null) {
            return;
        }
        try {
            machineReadable = MachineReadable.parse(place);
        } catch (IllegalArgumentException e) {
            throw misused(e);
        }
    }

    @Option(names = "--live", hidden = true, description = "Not supported, as in libguestfs since 1.48.")
    void live(boolean given) {
        if (given) {
            throw misused("libguestfs live support was removed in libguestfs 1.48");
        }
    }

    @Parameters(
            arity = "0..*",
            paramLabel = "DIRECTORY",
            hideParamSyntax = true,
            description = "Where to mount: an empty directory you own.")
    void directory(@Nullable List<String> given) {
        directories.clear();
        if (given != null) {
            directories.addAll(given);
        }
    }

    CommandLine commandLine() {
        return commandLine;
    }

    /** All options checked against one another, the user's first mistake reported. */
    void validate() {
        switch (task()) {
            case FUSE_HELP, CAPABILITIES -> {}
            case STATUS -> validateStatus();
            case LIST -> validateList();
            case MOUNT -> validateMount();
        }
    }

    private void validateStatus() {
        if (list || drives.areGiven() || !mounts.isEmpty() || !directories.isEmpty()) {
            throw misused("--status lists all mounts of yours; give neither --list, -a, -m nor a directory with it");
        }
    }

    private void validateList() {
        drives.validate(readWrite);
        if (!mounts.isEmpty()) {
            throw misused("--list mounts nothing; leave out -m");
        }
        if (!directories.isEmpty()) {
            throw misused("--list mounts nothing; leave out the directory " + directories.get(0));
        }
        if (inspect) {
            throw misused("--list lists what -i finds; leave out -i");
        }
    }

    private void validateMount() {
        if (json || machineReadable != null) {
            throw misused((json ? "--json" : "--machine-readable") + " is for --list and --status; give one of them");
        }
        drives.validate(readWrite);
        if (mounts.isEmpty() && !inspect) {
            throw misused(
                    "nothing to mount given; have the guest's system found with -i, or say which filesystem of the"
                            + " guest with -m, such as -m /dev/sda1");
        }
        if (!inspect && (root != null || driveLetters)) {
            throw misused((root != null ? "--root" : "--drive-letters") + " is about what -i finds; give -i too");
        }
        if (directories.size() != 1) {
            throw misused(
                    directories.isEmpty()
                            ? "no mountpoint given; name a directory of this machine after the options"
                            : "more than one mountpoint given: " + String.join(" ", directories));
        }
        checkMountpoints();
    }

    private void checkMountpoints() {
        if (!inspect && !mounts.get(0).mountpoint().isRoot()) {
            throw misused("the first -m must be mounted on /, not on "
                    + mounts.get(0).mountpoint().display());
        }
        for (MountSpec mount : mounts) {
            if (inspect && mount.mountpoint().isRoot()) {
                throw misused(
                        "-m " + mount.device() + ": with -i, say on which directory of the guest to mount it, as in -m "
                                + mount.device() + ":/mnt");
            }
        }
    }

    /** What is to be done, decided by the options alone. */
    Task task() {
        if (fuseHelp) {
            return Task.FUSE_HELP;
        } else if (status) {
            return Task.STATUS;
        } else if (list) {
            return Task.LIST;
        }
        boolean alone = !drives.areGiven() && mounts.isEmpty() && directories.isEmpty();
        return machineReadable != null && alone ? Task.CAPABILITIES : Task.MOUNT;
    }

    DriveOptions drives() {
        return drives;
    }

    List<MountRequest> mounts() {
        return mounts.stream().map(mount -> mount.request(readOnly())).toList();
    }

    /** Which of the guest's systems to mount; null unless that is asked for. */
    SystemMounts.@Nullable Choice system() {
        return inspect ? new SystemMounts.Choice(root, driveLetters, readOnly()) : null;
    }

    KeyOptions keys() {
        return keys;
    }

    Path mountpoint() {
        return Path.of(directories.get(0)).toAbsolutePath();
    }

    List<String> fuseOptions() {
        return List.copyOf(fuseOptions);
    }

    FuseBackend fuseBackend() {
        return fuseBackend;
    }

    boolean readOnly() {
        return readOnly || drives.areOnlyReadable() || (readOnlyByDefault && !readWrite);
    }

    /** What holds if neither {@code --ro} nor {@code --rw} is given. */
    void setReadOnlyByDefault(boolean byDefault) {
        readOnlyByDefault = byDefault;
    }

    /** Whether {@code --list} and {@code --status} are for a program to read. */
    boolean json() {
        return json || machineReadable != null;
    }

    /** Where that goes; null for standard output. */
    @Nullable
    MachineReadable machineReadable() {
        return machineReadable;
    }

    Duration cacheTimeout() {
        return cacheTimeout;
    }

    @Nullable
    Path pidFile() {
        return pidFile;
    }

    @Nullable
    Integer readyFd() {
        return readyFd;
    }

    boolean sync() {
        return !noSync;
    }

    boolean foreground() {
        return noFork || trace;
    }

    boolean verbose() {
        return verbose;
    }

    boolean trace() {
        return trace;
    }

    private void checkNotMixed() {
        if (readOnly && readWrite) {
            throw misused("--ro and --rw contradict each other; give one of them");
        }
    }

    private ParameterException misused(String message) {
        return new ParameterException(commandLine, message);
    }

    private ParameterException misused(IllegalArgumentException cause) {
        return new ParameterException(commandLine, String.valueOf(cause.getMessage()), cause);
    }
}
