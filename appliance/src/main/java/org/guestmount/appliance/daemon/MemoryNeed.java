package org.guestmount.appliance.daemon;

import org.guestmount.core.fs.GuestFilesystemException;

/** Whether the guest's memory suffices for what is to be done. Source: proc(5) on meminfo. */
final class MemoryNeed {
    /** What the program that needs memory takes beside, and the kernel while it runs, in bytes. */
    private static final long RESERVE = 48L << 20;

    private static final String AVAILABLE = "MemAvailable:";

    private MemoryNeed() {}

    /** What is missing of so much memory, in bytes; 0 if nothing is. */
    static long beyondFree(long bytes) throws GuestFilesystemException {
        if (bytes == 0) {
            return 0;
        }
        return Math.max(0, bytes + RESERVE - available(SystemFiles.read("/proc/meminfo")));
    }

    /** The memory that programs can have, in bytes. */
    static long available(String meminfo) {
        int at = meminfo.indexOf(AVAILABLE);
        long kibibytes = 0;
        for (int i = at + AVAILABLE.length(); at >= 0 && i < meminfo.length() && meminfo.charAt(i) != 'k'; i++) {
            if (meminfo.charAt(i) != ' ') {
                kibibytes = kibibytes * 10 + meminfo.charAt(i) - '0';
            }
        }
        return kibibytes << 10;
    }
}
