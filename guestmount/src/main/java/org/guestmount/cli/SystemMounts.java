package org.guestmount.cli;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.machine.OperatingSystem;
import org.guestmount.core.machine.OperatingSystem.DriveLetter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the guest's operating system and mounts in the guest what that would: {@code -i}. */
final class SystemMounts {
    private static final Logger LOG = LoggerFactory.getLogger(SystemMounts.class);

    /** Where the directories of drive letters are: in the guest's memory. */
    private static final String MEMORY = "tmpfs";

    private final GuestMachine machine;
    private final GuestFilesystem filesystem;
    private final GuestVolumes volumes;
    private final GuestMounts mounts;
    private final Consumer<String> warnings;

    /**
     * @param filesystem the guest's tree, not cached
     * @param warnings is told what is not there that the system would have, a line each
     */
    SystemMounts(
            GuestMachine machine,
            GuestFilesystem filesystem,
            GuestVolumes volumes,
            GuestMounts mounts,
            Consumer<String> warnings) {
        this.machine = machine;
        this.filesystem = filesystem;
        this.volumes = volumes;
        this.mounts = mounts;
        this.warnings = warnings;
    }

    /**
     * What is asked for.
     *
     * @param root which system, as {@link OperatingSystem#root} or the device in it; null if there should be one only
     * @param driveLetters whether to mount each volume of Windows on a directory called by its letter
     * @param readOnly whether to mount read-only
     */
    record Choice(@Nullable String root, boolean driveLetters, boolean readOnly) {}

    void mount(Choice choice) throws UserException, InterruptedException {
        List<OperatingSystem> systems = systems();
        LOG.info("inspected: {}", systems);
        OperatingSystem system = chosen(systems, choice.root());
        if (system == null) {
            mountOnlyFilesystem(choice);
        } else if (choice.driveLetters()) {
            mountLetters(system, choice);
        } else {
            mountTree(system, choice);
        }
    }

    /** With all volumes set up for which no passphrase has to be asked, and only if there is no system then, with all of them. */
    private List<OperatingSystem> systems() throws UserException, InterruptedException {
        try {
            volumes.openGiven();
            List<OperatingSystem> systems = machine.inspect();
            return systems.isEmpty() && volumes.openAsked() ? machine.inspect() : systems;
        } catch (GuestFilesystemException e) {
            throw new UserException("the guest cannot be inspected: " + e.getMessage(), e);
        }
    }

    /** Null if there is no choice and none has been made. */
    private static @Nullable OperatingSystem chosen(List<OperatingSystem> systems, @Nullable String root)
            throws UserException {
        List<OperatingSystem> installed =
                systems.stream().filter(system -> !system.media()).toList();
        List<OperatingSystem> candidates = installed.isEmpty() ? systems : installed;
        if (root != null) {
            candidates = systems.stream()
                    .filter(system -> system.root().equals(root))
                    .toList();
            if (candidates.isEmpty()) {
                candidates = systems.stream()
                        .filter(system -> system.root().startsWith(root + ":"))
                        .toList();
            }
            if (candidates.isEmpty()) {
                throw new UserException("--root=" + root + ": no operating system is there"
                        + (systems.isEmpty() ? "; there is none on the disks" : "; use one of these:" + list(systems)));
            }
        }
        if (candidates.size() > 1) {
            throw new UserException("there are " + candidates.size() + " operating systems; choose one with --root:"
                    + list(candidates));
        }
        return candidates.isEmpty() ? null : candidates.get(0);
    }

    private static String list(List<OperatingSystem> systems) {
        return systems.stream()
                .map(system -> "\n  --root=" + system.root() + "  " + system.title()
                        + (system.hostname().isEmpty() ? "" : " (" + system.hostname() + ")"))
                .collect(Collectors.joining());
    }

    /** A disk without a system, such as one with data, leaves no doubt about what is meant if there is one filesystem only. */
    private void mountOnlyFilesystem(Choice choice) throws UserException, InterruptedException {
        volumes.notes().forEach(warnings); // the system may be in what could not be opened
        List<DetectedFilesystem> all;
        try {
            all = machine.detectFilesystems();
        } catch (GuestFilesystemException e) {
            throw new UserException("the guest cannot say which filesystems there are: " + e.getMessage(), e);
        }
        List<DetectedFilesystem> usable =
                all.stream().filter(DetectedFilesystem::mountable).toList();
        if (usable.size() != 1) {
            throw new UserException(
                    "no operating system was found; say what to mount with -m\n" + GuestMounts.list(all));
        }
        DetectedFilesystem only = usable.get(0);
        warnings.accept("no operating system was found; mounting the only filesystem, " + only.device() + " ("
                + only.type() + ")");
        mounts.mount(List.of(wanted(new MountRequest(only.device(), GuestPath.ROOT, "", only.type()), choice)));
    }

    private static MountRequest wanted(MountRequest request, Choice choice) {
        return choice.readOnly() ? request.readOnly() : request;
    }

    private void mountTree(OperatingSystem system, Choice choice) throws UserException, InterruptedException {
        List<MountRequest> requests = system.mounts();
        mounts.mount(List.of(wanted(requests.get(0), choice)));
        for (MountRequest request : requests.subList(1, requests.size())) {
            mountIfPossible(wanted(request, choice));
        }
        system.notes().forEach(note -> warnings.accept("not mounted: " + note));
    }

    private void mountIfPossible(MountRequest request) {
        try {
            mounts.mount(request);
        } catch (GuestFilesystemException e) {
            warnings.accept("not mounted: " + request.device() + " on "
                    + request.mountpoint().display() + ": " + GuestMounts.firstLine(e));
        }
    }

    /** In a root in memory, in which nothing can be written that would not be kept. */
    private void mountLetters(OperatingSystem system, Choice choice) throws UserException, InterruptedException {
        if (system.driveLetters().isEmpty()) {
            throw new UserException("--drive-letters: " + system.root() + " is " + system.title() + ", not Windows");
        }
        try {
            machine.mount(new MountRequest("/", GuestPath.ROOT, "mode=755", MEMORY));
            for (DriveLetter drive : system.driveLetters()) {
                filesystem.mkdir(GuestPath.ROOT.resolve(drive.letter()), 0755, Credentials.ROOT);
            }
        } catch (GuestFilesystemException e) {
            throw new UserException("the guest has no room for drive letters: " + e.getMessage(), e);
        }
        for (DriveLetter drive : system.driveLetters()) {
            MountRequest volume = drive.mount();
            mountIfPossible(wanted(
                    new MountRequest(
                            volume.device(), GuestPath.ROOT.resolve(drive.letter()), volume.options(), volume.type()),
                    choice));
        }
        mounts.mount(List.of(new MountRequest("/", GuestPath.ROOT, "remount,ro", MEMORY)));
    }
}
