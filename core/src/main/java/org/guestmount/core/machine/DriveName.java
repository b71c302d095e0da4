package org.guestmount.core.machine;

import org.jspecify.annotations.Nullable;

/**
 * The name of a drive or of a partition of it, as the host uses them: {@code /dev/sda} is the first drive added.
 *
 * @param drive from 0
 * @param partition from 1, 0 for the whole drive
 */
public record DriveName(int drive, int partition) {
    private static final int LETTERS = 26;

    /** Far above what a SCSI controller has room for, and low enough not to overflow. */
    private static final int MAX_NUMBER = 100_000;

    /** The name in {@code /dev/sdX[N]}, or with {@code hd}, {@code vd} or {@code xvd} for {@code sd}; null if it is none. */
    public static @Nullable DriveName parse(String device) {
        int at = lettersAt(device);
        int drive = 0;
        while (at > 0 && at < device.length() && device.charAt(at) >= 'a' && device.charAt(at) <= 'z') {
            drive = Math.min(drive * LETTERS + device.charAt(at) - 'a' + 1, MAX_NUMBER);
            at++;
        }
        int partition = 0;
        while (drive > 0 && at < device.length() && device.charAt(at) >= '0' && device.charAt(at) <= '9') {
            partition = Math.min(partition * 10 + device.charAt(at) - '0', MAX_NUMBER);
            at++;
        }
        return drive > 0 && at == device.length() ? new DriveName(drive - 1, partition) : null;
    }

    private static int lettersAt(String device) {
        if (device.startsWith("/dev/xvd")) {
            return 8;
        }
        boolean isDrive = device.startsWith("/dev/sd") || device.startsWith("/dev/hd") || device.startsWith("/dev/vd");
        return isDrive ? 7 : 0;
    }

    /** The name with {@code sd}. */
    @Override
    public String toString() {
        StringBuilder letters = new StringBuilder();
        for (int rest = drive; rest >= 0; rest = rest / LETTERS - 1) {
            letters.insert(0, (char) ('a' + rest % LETTERS));
        }
        return "/dev/sd" + letters + (partition == 0 ? "" : partition);
    }
}
