package org.guestmount.core.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.guestmount.core.appliance.Appliance;
import org.guestmount.core.appliance.ApplianceException;
import org.guestmount.core.appliance.ApplianceSource;
import org.guestmount.core.drive.Drive;
import org.guestmount.core.drive.DriveException;
import org.guestmount.core.drive.DriveImage;
import org.guestmount.core.drive.ImageProbe;
import org.guestmount.core.drive.ScratchFolder;
import org.guestmount.core.host.HostIdentity;
import org.guestmount.core.host.Programs;
import org.guestmount.core.qemu.Accelerator;
import org.guestmount.core.qemu.QemuCommandLine;
import org.guestmount.core.qemu.QemuConfig;
import org.guestmount.core.qemu.QemuConfig.GuestMemory;
import org.guestmount.core.session.LaunchException.Reason;
import org.guestmount.core.snapshot.Snapshot;
import org.guestmount.core.snapshot.SnapshotStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps from a configuration to a guest that answers: what can be known beforehand is checked, then it is launched,
 * again without what this host turns out not to have. It is resumed from a saved one, which is made by the first launch, and
 * booted only where that is impossible.
 *
 * <p>KVM is proved by using it. That /dev/kvm can be opened says little: QEMU may still abort, or the guest hang in its
 * first instructions. So the first launch under KVM has a short limit; whether it answered is remembered.
 */
final class Launch {
    private static final Logger LOG = LoggerFactory.getLogger(Launch.class);
    private static final String PROGRAM = "qemu-system-x86_64";

    /** A damaged one is followed by a fresh one; if that does not work either, none will. */
    private static final int MAX_RESUMES = 2;

    private final LaunchSettings settings;
    private final LaunchListener listener;
    private final Start start;
    private final KvmAccess kvm;
    private boolean sandbox = true;

    private Launch(LaunchSettings settings, LaunchListener listener, Start start, KvmAccess kvm) {
        this.settings = settings;
        this.listener = listener;
        this.start = start;
        this.kvm = kvm;
    }

    static RunningGuest run(SessionConfig config, ApplianceSource appliances, LaunchListener listener, KvmAccess kvm)
            throws LaunchException, InterruptedException {
        Path qemu = qemu(config.settings());
        try (Acquired scratch = new Acquired()) {
            List<DriveImage> images = probe(
                    config, qemu, scratch.add(new Scratch(config.settings().temporaryFolder())));
            Appliance appliance = obtain(appliances, listener);
            Start start = new Start(qemu, config.settings(), config.drives(), images, appliance, listener);
            return new Launch(config.settings(), listener, start, kvm).launch();
        }
    }

    /** Makes all that later launches with these settings need. */
    static Appliance prepare(
            LaunchSettings settings, ApplianceSource appliances, LaunchListener listener, KvmAccess kvm)
            throws LaunchException, InterruptedException {
        Path qemu = qemu(settings);
        Appliance appliance = obtain(appliances, listener);
        Start start = new Start(qemu, settings, List.of(), List.of(), appliance, listener);
        if (settings.resume()) {
            new Launch(settings, listener, start, kvm).launch().close();
        }
        return appliance;
    }

    private static Appliance obtain(ApplianceSource appliances, LaunchListener listener)
            throws LaunchException, InterruptedException {
        try {
            Appliance appliance = appliances.obtain(listener::applianceStep);
            listener.milestone(LaunchMilestone.APPLIANCE_OBTAINED);
            return appliance;
        } catch (ApplianceException e) {
            throw new LaunchException(Reason.APPLIANCE, String.valueOf(e.getMessage()), e);
        }
    }

    private static List<DriveImage> probe(SessionConfig config, Path qemu, ScratchFolder scratch)
            throws LaunchException, InterruptedException {
        LaunchSettings settings = config.settings();
        try (RemoteProbe remotes = new RemoteProbe(qemu, settings.socketFolders())) {
            ImageProbe probe = new ImageProbe(settings.searchPath(), scratch, remotes);
            List<DriveImage> images = new ArrayList<>();
            for (Drive drive : config.drives()) {
                images.add(probe.probe(drive));
            }
            return images;
        } catch (DriveException e) {
            throw new LaunchException(Reason.DRIVE, e.getMessage(), e);
        }
    }

    private static Path qemu(LaunchSettings settings) throws LaunchException {
        Path chosen = settings.hypervisor();
        if (chosen != null) {
            if (!Files.isExecutable(chosen) || Files.isDirectory(chosen)) {
                throw new LaunchException(
                        Reason.QEMU_MISSING, "LIBGUESTFS_HV=" + chosen + " is not a program that can be run", null);
            }
            return chosen;
        }
        return Programs.find(PROGRAM, settings.searchPath())
                .orElseThrow(() -> new LaunchException(
                        Reason.QEMU_MISSING,
                        PROGRAM
                                + " is not installed; install it (Debian, Ubuntu: qemu-system-x86; Fedora: qemu-kvm), or"
                                + " name it in LIBGUESTFS_HV",
                        null));
    }

    private RunningGuest launch() throws LaunchException, InterruptedException {
        switch (settings.accelerator()) {
            case FORCE_TCG -> {
                return launch(Accelerator.TCG, settings.launchTimeout());
            }
            case FORCE_KVM -> {
                return launchForced();
            }
            case AUTOMATIC -> {
                return mayUseKvm() ? launchProved() : launch(Accelerator.TCG, settings.launchTimeout());
            }
        }
        throw new AssertionError(settings.accelerator());
    }

    private boolean mayUseKvm() {
        if (kvm.isPermitted()) {
            return true;
        }
        LOG.info("{}: using emulation, which is slower", kvm.obstacle());
        return false;
    }

    private RunningGuest launchForced() throws LaunchException, InterruptedException {
        try {
            return launch(Accelerator.KVM, settings.launchTimeout());
        } catch (LaunchException e) {
            if (!mayWorkOtherwise(e)) {
                throw e;
            }
            throw new LaunchException(
                    Reason.KVM,
                    e.getMessage() + "; force_kvm in LIBGUESTFS_BACKEND_SETTINGS forbids emulation instead",
                    e.consoleTail(),
                    e);
        }
    }

    private RunningGuest launchProved() throws LaunchException, InterruptedException {
        KvmVerdict verdict;
        try {
            verdict = KvmVerdict.of(settings.cacheFolder(), start.qemu(), start.appliance());
        } catch (IOException e) {
            throw new LaunchException(Reason.HOST, "cannot identify QEMU and this host: " + e.getMessage(), e);
        }
        Optional<Boolean> works = verdict.recorded();
        if (works.isPresent() && !works.get()) {
            LOG.info("KVM was found not to work: using emulation, which is slower");
            return launch(Accelerator.TCG, settings.launchTimeout());
        }
        try {
            RunningGuest guest = launch(Accelerator.KVM, works.isPresent() ? settings.launchTimeout() : kvm.trial());
            verdict.record(true);
            return guest;
        } catch (LaunchException e) {
            if (!mayWorkOtherwise(e)) {
                throw e;
            }
            LOG.info("KVM was tried and failed", e);
            RunningGuest guest = launch(Accelerator.TCG, settings.launchTimeout());
            // Only now is it known that nothing else was to blame.
            verdict.record(false);
            listener.notice("KVM does not work here (" + firstLine(e.getMessage())
                    + "); using emulation, which is slower. This is remembered until the next boot");
            return guest;
        }
    }

    private static String firstLine(String message) {
        int end = message.indexOf(';');
        return end < 0 ? message : message.substring(0, end);
    }

    /** Whether KVM, or the saved guest, may be to blame, so that a launch without it may work. */
    private static boolean mayWorkOtherwise(LaunchException e) {
        return switch (e.reason()) {
            case KVM, QEMU_FAILED, GUEST_DIED, TIMED_OUT, SNAPSHOT -> true;
            case DRIVE, IMAGE_IN_USE, APPLIANCE, QEMU_MISSING, SANDBOX, OUT_OF_MEMORY, HOST -> false;
        };
    }

    /** By resuming a saved guest, or by booting one if that is not wanted or does not work. */
    private RunningGuest launch(Accelerator accelerator, Duration timeout)
            throws LaunchException, InterruptedException {
        if (settings.resume()) {
            SnapshotStore store = new SnapshotStore(
                    start.appliance().folder(),
                    settings.cacheBytes() - start.appliance().sizeBytes());
            String key = key(accelerator);
            for (int attempt = 0; attempt < MAX_RESUMES; attempt++) {
                Optional<Snapshot> saved = store.find(key);
                if (saved.isEmpty()) {
                    saved = save(store, key, accelerator, timeout);
                }
                if (saved.isEmpty()) {
                    break;
                }
                try {
                    Snapshot snapshot = saved.get();
                    return sandboxed(sandboxed -> start.resume(accelerator, sandboxed, snapshot, timeout));
                } catch (LaunchException e) {
                    if (!mayWorkOtherwise(e)) {
                        throw e;
                    }
                    LOG.info("a saved guest could not be resumed, and is thrown away", e);
                    store.discard(key);
                }
            }
        }
        return sandboxed(sandboxed -> start.boot(accelerator, sandboxed, timeout));
    }

    /** Saves a guest, or waits for another process that does. Empty if there is no way to. */
    private Optional<Snapshot> save(SnapshotStore store, String key, Accelerator accelerator, Duration timeout)
            throws LaunchException, InterruptedException {
        Runnable waiting = () -> listener.notice("waiting for another process that saves the appliance's state");
        try (SnapshotStore.Saving saving = store.lock(waiting)) {
            Optional<Snapshot> saved = store.find(key);
            if (saved.isPresent()) {
                return saved;
            }
            SnapshotMaker maker = new SnapshotMaker(start, listener);
            sandboxed(sandboxed -> {
                maker.make(saving, key, accelerator, sandboxed, timeout);
                return saving;
            });
            return store.find(key);
        } catch (LaunchException e) {
            if (e.reason() != Reason.HOST) {
                throw e;
            }
            return cannotSave(e);
        } catch (IOException e) {
            return cannotSave(e);
        }
    }

    private Optional<Snapshot> cannotSave(IOException e) {
        listener.notice("the appliance's state cannot be saved, so each launch boots it: " + e.getMessage());
        return Optional.empty();
    }

    /** Names what a saved guest depends on: QEMU, the machine, the processor and the appliance. */
    private String key(Accelerator accelerator) throws LaunchException {
        try {
            List<String> parts = new ArrayList<>(HostIdentity.ofProgram(start.qemu()));
            parts.add(HostIdentity.processor());
            parts.add(start.appliance().digest());
            QemuConfig machine = start.machine(accelerator, true, new GuestMemory(Path.of("memory"), false));
            parts.addAll(QemuCommandLine.of(machine, Start.NAME));
            return HostIdentity.digest(parts);
        } catch (IOException e) {
            throw new LaunchException(Reason.HOST, "cannot identify QEMU and this host: " + e.getMessage(), e);
        }
    }

    @FunctionalInterface
    private interface Attempt<T> {
        T make(boolean sandboxed) throws IOException, InterruptedException;
    }

    /** With QEMU's sandbox; without if it has none. */
    private <T> T sandboxed(Attempt<T> attempt) throws LaunchException, InterruptedException {
        try {
            try {
                return attempt.make(sandbox);
            } catch (LaunchException e) {
                if (e.reason() != Reason.SANDBOX || !sandbox) {
                    throw e;
                }
                LOG.warn("{}; it runs without", e.getMessage());
                sandbox = false;
                return attempt.make(false);
            }
        } catch (LaunchException e) {
            throw e;
        } catch (IOException e) {
            throw new LaunchException(Reason.HOST, String.valueOf(e.getMessage()), e);
        }
    }
}
