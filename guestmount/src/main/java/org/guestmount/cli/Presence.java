package org.guestmount.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What shows on the host that this process serves a mount: its {@link MountRecord}, the log, the pid file, the byte on the
 * caller's descriptor.
 *
 * <p>Owns these files, and removes them when the image is released. Used by one thread: first {@link #check}, then
 * {@link #establish}, {@link #announce} and {@link #withdraw}.
 */
final class Presence {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);

    private final Path mountpoint;
    private final boolean detach;
    private final Map<String, String> environment;
    private final @Nullable PidFile pidFile;
    private final @Nullable ReadyDescriptor descriptor;
    private @Nullable MountRecords records;
    private @Nullable MountRecord record;

    /** @param detach whether the caller waits for the mount to be ready, and no longer */
    Presence(GuestmountOptions options, boolean detach, Map<String, String> environment) {
        Path file = options.pidFile();
        Integer fd = options.readyFd();
        this.mountpoint = options.mountpoint();
        this.detach = detach;
        this.environment = environment;
        this.pidFile = file == null ? null : new PidFile(file);
        this.descriptor = fd == null ? null : new ReadyDescriptor(fd);
    }

    /** Finds out early what would go wrong later. */
    void check() throws UserException {
        if (descriptor != null) {
            descriptor.check();
        }
        if (pidFile != null) {
            pidFile.check();
        }
    }

    /**
     * Leaves the record, to be done before mounting so that no mount is ever without.
     *
     * @param images of the drives
     * @param readOnly whether nothing can be written to
     */
    void establish(List<String> images, boolean readOnly) throws UserException {
        try {
            MountRecords all = MountRecords.ofThisUser();
            all.removeStale();
            Path log = detach ? LogFile.create(environment, all.folder()) : null;
            MountRecord mine = new MountRecord(
                    HostProcess.current(), mountpoint.toRealPath(), images, readOnly, Instant.now(), log);
            all.write(mine);
            records = all;
            record = mine;
        } catch (IOException e) {
            throw new UserException("a record of the mount cannot be kept: " + e.getMessage(), e);
        }
    }

    /** Tells that the mount is ready whoever waits for it. */
    void announce() throws UserException {
        if (pidFile != null) {
            pidFile.write();
        }
        Path log = record == null ? null : record.log();
        if (descriptor == null && log == null) {
            return;
        }
        NativeProcess process = new NativeProcess();
        if (descriptor != null) {
            descriptor.signal(process);
        }
        if (log != null) {
            LOG.info("messages go to {} from now on", log);
            try {
                new Caller(process).leave(log);
            } catch (IOException e) {
                throw new UserException(String.valueOf(e.getMessage()), e);
            }
        }
    }

    /**
     * The image is released.
     *
     * @param safe whether all that was written is on it; otherwise the record stays, and tells guestunmount
     */
    void withdraw(boolean safe) {
        MountRecord mine = record;
        if (records == null || mine == null) {
            return;
        }
        try {
            Path log = mine.log();
            if (log != null) {
                LogFile.removeIfEmpty(log);
            }
            if (safe) {
                records.remove(mine);
            }
            if (pidFile != null) {
                pidFile.remove();
            }
        } catch (IOException e) {
            LOG.warn("a file of this process stays behind: {}", e.toString());
        }
    }
}
