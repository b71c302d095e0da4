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
import org.guestmount.core.host.Programs;
import org.guestmount.core.qemu.Accelerator;
import org.guestmount.core.session.LaunchException.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps from a configuration to a guest that answers: what can be known beforehand is checked, then it is booted,
 * again without what this host turns out not to have.
 *
 * <p>KVM is proved by using it. That /dev/kvm can be opened says little: QEMU may still abort, or the guest hang in its
 * first instructions. So the first boot under KVM has a short limit; whether it answered is remembered.
 */
final class Launch {
    private static final Logger LOG = LoggerFactory.getLogger(Launch.class);
    private static final String PROGRAM = "qemu-system-x86_64";

    private final LaunchSettings settings;
    private final LaunchListener listener;
    private final Boot boot;
    private final KvmAccess kvm;
    private boolean sandbox = true;

    private Launch(LaunchSettings settings, LaunchListener listener, Boot boot, KvmAccess kvm) {
        this.settings = settings;
        this.listener = listener;
        this.boot = boot;
        this.kvm = kvm;
    }

    static RunningGuest run(SessionConfig config, ApplianceSource appliances, LaunchListener listener, KvmAccess kvm)
            throws LaunchException, InterruptedException {
        List<DriveImage> images = probe(config);
        Path qemu = qemu(config.settings());
        Appliance appliance;
        try {
            appliance = appliances.obtain(listener::applianceStep);
        } catch (ApplianceException e) {
            throw new LaunchException(Reason.APPLIANCE, String.valueOf(e.getMessage()), e);
        }
        listener.milestone(LaunchMilestone.APPLIANCE_OBTAINED);
        Boot boot = new Boot(qemu, config, images, appliance, listener);
        return new Launch(config.settings(), listener, boot, kvm).boot();
    }

    private static List<DriveImage> probe(SessionConfig config) throws LaunchException, InterruptedException {
        ImageProbe probe = new ImageProbe(config.settings().searchPath());
        List<DriveImage> images = new ArrayList<>();
        for (Drive drive : config.drives()) {
            try {
                images.add(probe.probe(drive));
            } catch (DriveException e) {
                throw new LaunchException(Reason.DRIVE, e.getMessage(), e);
            }
        }
        return images;
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

    private RunningGuest boot() throws LaunchException, InterruptedException {
        switch (settings.accelerator()) {
            case FORCE_TCG -> {
                return boot(Accelerator.TCG, settings.launchTimeout());
            }
            case FORCE_KVM -> {
                return bootForced();
            }
            case AUTOMATIC -> {
                return mayUseKvm() ? bootProved() : boot(Accelerator.TCG, settings.launchTimeout());
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

    private RunningGuest bootForced() throws LaunchException, InterruptedException {
        try {
            return boot(Accelerator.KVM, settings.launchTimeout());
        } catch (LaunchException e) {
            if (!isKvmPossiblyToBlame(e)) {
                throw e;
            }
            throw new LaunchException(
                    Reason.KVM,
                    e.getMessage() + "; force_kvm in LIBGUESTFS_BACKEND_SETTINGS forbids emulation instead",
                    e.consoleTail(),
                    e);
        }
    }

    private RunningGuest bootProved() throws LaunchException, InterruptedException {
        KvmVerdict verdict;
        try {
            verdict = KvmVerdict.of(settings.cacheFolder(), boot.qemu(), boot.appliance());
        } catch (IOException e) {
            throw new LaunchException(Reason.HOST, "cannot identify QEMU and this host: " + e.getMessage(), e);
        }
        Optional<Boolean> works = verdict.recorded();
        if (works.isPresent() && !works.get()) {
            LOG.info("KVM was found not to work: using emulation, which is slower");
            return boot(Accelerator.TCG, settings.launchTimeout());
        }
        try {
            RunningGuest guest = boot(Accelerator.KVM, works.isPresent() ? settings.launchTimeout() : kvm.trial());
            verdict.record(true);
            return guest;
        } catch (LaunchException e) {
            if (!isKvmPossiblyToBlame(e)) {
                throw e;
            }
            LOG.info("KVM was tried and failed", e);
            RunningGuest guest = boot(Accelerator.TCG, settings.launchTimeout());
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

    private static boolean isKvmPossiblyToBlame(LaunchException e) {
        return switch (e.reason()) {
            case KVM, QEMU_FAILED, GUEST_DIED, TIMED_OUT -> true;
            case DRIVE, IMAGE_IN_USE, APPLIANCE, QEMU_MISSING, SANDBOX, OUT_OF_MEMORY, HOST -> false;
        };
    }

    private RunningGuest boot(Accelerator accelerator, Duration timeout) throws LaunchException, InterruptedException {
        try {
            return boot.attempt(accelerator, sandbox, timeout);
        } catch (LaunchException e) {
            if (e.reason() != Reason.SANDBOX || !sandbox) {
                throw e;
            }
            LOG.warn("{}; it runs without", e.getMessage());
            sandbox = false;
            return boot(accelerator, timeout);
        }
    }
}
