package org.guestmount.core.session;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.guestmount.core.drive.ImageLocation;
import org.guestmount.core.drive.RemoteImage;
import org.guestmount.core.qemu.Accelerator;
import org.guestmount.core.session.LaunchException.Reason;

/** Turns what QEMU said at its end into what the user should know. */
final class QemuFailure {
    static final int CONSOLE_LINES = 15;
    private static final Pattern LOCKED = Pattern.compile("Failed to get (shared )?\"\\w+\" lock");
    private static final Pattern UNKNOWN_DRIVER = Pattern.compile(
            "Parameter '(?:[\\w.]*driver)' does not accept value '([\\w-]+)'|Unknown driver '([\\w-]+)'");
    private static final Pattern NO_DEVICE = Pattern.compile("'([\\w-]+)' is not a valid device model name");
    private static final Pattern PREFIX = Pattern.compile("^[^ :]*qemu[^ :]*: (-\\S+ (\\{.*}|\\S+): )?");

    private QemuFailure() {}

    /**
     * Why QEMU ended before the guest answered.
     *
     * @param messages what QEMU printed
     * @param console what the guest printed
     */
    static LaunchException ended(
            int exitStatus, List<String> messages, List<String> console, Accelerator accelerator, int memoryMebibytes) {
        String all = String.join("\n", messages);
        if (isOfSandbox(all)) {
            return failure(Reason.SANDBOX, "QEMU cannot sandbox itself: " + quoted(messages));
        }
        if (all.contains("cannot set up guest memory") || all.contains("Cannot allocate memory")) {
            return failure(
                    Reason.OUT_OF_MEMORY,
                    "the host does not have the " + memoryMebibytes + " MiB of memory for the guest; free some, or set"
                            + " LIBGUESTFS_MEMSIZE to less");
        }
        Matcher device = NO_DEVICE.matcher(all);
        if (device.find()) {
            return failure(
                    Reason.QEMU_FAILED,
                    "this QEMU has no device " + device.group(1) + "; install a complete one (Debian, Ubuntu:"
                            + " qemu-system-x86; Fedora: qemu-kvm)");
        }
        if (accelerator == Accelerator.KVM
                && (exitStatus > 128 || all.toLowerCase(Locale.ROOT).contains("kvm"))) {
            return failure(Reason.KVM, "QEMU failed with KVM, " + status(exitStatus) + ": " + quoted(messages));
        }
        if (exitStatus != 0) {
            return failure(Reason.QEMU_FAILED, "QEMU failed, " + status(exitStatus) + ": " + quoted(messages));
        }
        return withConsole(
                Reason.GUEST_DIED,
                "the guest died while it started" + (messages.isEmpty() ? "" : " (QEMU: " + quoted(messages) + ")"),
                console);
    }

    /** Whether it says that this QEMU was built without a sandbox. */
    static boolean isOfSandbox(String said) {
        return said.contains("-sandbox support is not enabled") || said.contains("seccomp");
    }

    /**
     * Why a drive cannot be had.
     *
     * @param said what QEMU said of it
     */
    static LaunchException refusedDrive(ImageLocation image, String said) {
        if (image instanceof RemoteImage remote) {
            return failure(Reason.DRIVE, image + ": " + RemoteFailure.explain(remote, said));
        }
        if (LOCKED.matcher(said).find()) {
            return failure(
                    Reason.IMAGE_IN_USE,
                    image
                            + " is in use by another program (QEMU could not get the write lock); stop the virtual machine, or"
                            + " mount with --ro");
        }
        Matcher driver = UNKNOWN_DRIVER.matcher(said);
        if (driver.find()) {
            String name = driver.group(1) == null ? driver.group(2) : driver.group(1);
            return failure(
                    Reason.DRIVE,
                    image + ": this QEMU cannot open " + name
                            + " images; install the package that has the driver (Debian, Ubuntu:"
                            + " qemu-block-extra; Fedora: qemu-block-" + name + ")");
        }
        return failure(Reason.DRIVE, image + ": QEMU cannot open it: " + said);
    }

    /** Why it is given up on a guest that runs. */
    static LaunchException silent(long seconds, List<String> console) {
        return withConsole(Reason.TIMED_OUT, "the guest did not answer within " + seconds + " seconds", console);
    }

    /** A failure with the console's last lines quoted. */
    static LaunchException withConsole(Reason reason, String message, List<String> console) {
        String quoted = console.isEmpty()
                ? "; it printed nothing. Run with -v to see it start"
                : "; the last it printed was:\n    " + String.join("\n    ", console);
        return new LaunchException(reason, message + quoted, console, null);
    }

    private static LaunchException failure(Reason reason, String message) {
        return new LaunchException(reason, message, null);
    }

    private static String status(int exitStatus) {
        return exitStatus > 128 ? "by signal " + (exitStatus - 128) : "with status " + exitStatus;
    }

    private static String quoted(List<String> messages) {
        return messages.isEmpty()
                ? "it said nothing"
                : String.join(
                        "; ",
                        messages.stream()
                                .map(m -> PREFIX.matcher(m).replaceFirst(""))
                                .toList());
    }
}
