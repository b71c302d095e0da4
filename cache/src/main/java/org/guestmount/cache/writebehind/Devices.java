package org.guestmount.cache.writebehind;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.GuestFilesystem;
import org.jspecify.annotations.Nullable;

/** The guest's filesystems that files were made on, by {@link FileAttributes#device}. */
final class Devices {
    private final Map<Long, Device> byNumber = new ConcurrentHashMap<>();
    private final GuestFilesystem guest;
    private final Backlog backlog;
    private final LongSupplier nanoTime;

    Devices(GuestFilesystem guest, Backlog backlog, LongSupplier nanoTime) {
        this.guest = guest;
        this.backlog = backlog;
        this.nanoTime = nanoTime;
    }

    /** The one that number stands for, from now on. */
    Device add(long number) {
        return byNumber.computeIfAbsent(number, added -> new Device(added, guest, backlog, nanoTime));
    }

    /** One that was added. */
    @Nullable
    Device find(long number) {
        return byNumber.get(number);
    }
}
