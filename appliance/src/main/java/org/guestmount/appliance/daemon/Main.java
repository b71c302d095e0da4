package org.guestmount.appliance.daemon;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.guestmount.core.appliance.Appliance;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.GuestServices;

/**
 * The daemon: serves the host until that goes away, then leaves the disks in order and turns the power off.
 *
 * <p>What goes wrong is said on the console. Whatever happens, the power goes off in the end.
 */
public final class Main {
    /** Where the guest's filesystems are mounted. */
    private static final String SYSROOT = "/sysroot";

    private static final int HOST_TIMEOUT_MILLIS = 60_000;

    /** How long it may take to leave the disks in order. */
    private static final int POWER_OFF_MILLIS = 60_000;

    private static final int MAX_DESCRIPTORS = 1 << 17;

    private Main() {}

    /** Runs the daemon. */
    @SuppressWarnings("CatchAndPrintStackTrace") // the console is the only log there is
    public static void main(String[] arguments) throws GuestFilesystemException {
        if (!isInAppliance()) {
            System.err.println("This is a part of guestmount's appliance. Elsewhere it would turn the power off.");
            return;
        }
        try {
            run();
        } catch (IOException | RuntimeException | Error e) {
            e.printStackTrace();
        }
        Power.off();
    }

    /** An initramfs that has not been left is its process's root filesystem; nowhere else is that a rootfs. */
    private static boolean isInAppliance() throws GuestFilesystemException {
        return SystemFiles.read("/proc/self/mounts").contains(" / rootfs ");
    }

    private static void run() throws IOException {
        prepareProcess();
        VirtioPort port = VirtioPort.open(Appliance.DAEMON_PORT, HOST_TIMEOUT_MILLIS);
        new File(SYSROOT).mkdir();
        GuestRoot root = GuestRoot.of(SYSROOT);
        MountTable mounts = new MountTable(root);
        BlockDevices devices = new BlockDevices("/sys", "/dev");
        InodeTables inodes = new InodeTables(root, devices);
        SyscallFilesystem filesystem = new SyscallFilesystem(root, mounts, devices, inodes);
        LinuxGuestMachine machine = new LinuxGuestMachine(root, mounts, devices, inodes, filesystem);
        String release = SystemFiles.readLine("/proc/sys/kernel/osrelease");
        try {
            ByteBuffer window = Window.open(System.getenv(Appliance.WINDOW_VARIABLE));
            new Server(new GuestServices(filesystem, machine, window), port, release).serve();
        } finally {
            Power.offAfter(POWER_OFF_MILLIS);
            machine.unmountAll();
        }
    }

    /** What a process is by default that must not apply to the guest's files. */
    private static void prepareProcess() throws GuestFilesystemException {
        Libc.syscall(Abi.SYS_UMASK, 0, 0, 0, 0, 0);
        Scratch scratch = Scratch.ofThread();
        scratch.memory().putLong(Scratch.STRUCT, MAX_DESCRIPTORS).putLong(Scratch.STRUCT + 8, MAX_DESCRIPTORS);
        Libc.syscall(Abi.SYS_SETRLIMIT, Abi.RLIMIT_NOFILE, scratch.address(Scratch.STRUCT), 0, 0, 0);
        SystemFiles.write("/proc/self/oom_score_adj", "-1000");
        // With these, the kernel would refuse some files in directories like /tmp, to root as well; Debian's has them
        // set.
        SystemFiles.write("/proc/sys/fs/protected_symlinks", "0");
        SystemFiles.write("/proc/sys/fs/protected_hardlinks", "0");
        SystemFiles.write("/proc/sys/fs/protected_fifos", "0");
        SystemFiles.write("/proc/sys/fs/protected_regular", "0");
    }
}
