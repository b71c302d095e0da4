package org.guestmount.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What shows on the host that this process serves a mount: its {@link MountRecord}, the log, the pid file.
 *
 * <p>Owns these files, and removes them when the image is released.
 */
final class Presence {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);

    private final MountRecords records;
    private final MountRecord record;
    private final @Nullable PidFile pidFile;

    private Presence(MountRecords records, MountRecord record, @Nullable PidFile pidFile) {
        this.records = records;
        this.record = record;
        this.pidFile = pidFile;
    }

    /**
     * Leaves the record, to be done before mounting so that no mount is ever without.
     *
     * @param mountpoint not yet mounted on
     * @param withLog whether messages will have to go to a file
     */
    static Presence establish(
            Path mountpoint, boolean withLog, @Nullable PidFile pidFile, Map<String, String> environment)
            throws UserException {
        try {
            MountRecords records = MountRecords.ofThisUser();
            records.removeStale();
            Path log = withLog ? LogFile.create(environment, records.folder()) : null;
            MountRecord record = new MountRecord(HostProcess.current(), mountpoint.toRealPath(), log);
            records.write(record);
            return new Presence(records, record, pidFile);
        } catch (IOException e) {
            throw new UserException("a record of the mount cannot be kept: " + e.getMessage(), e);
        }
    }

    /**
     * The mount is ready.
     *
     * @param descriptor null if nobody listens
     */
    void announce(@Nullable ReadyDescriptor descriptor) throws UserException {
        if (pidFile != null) {
            pidFile.write();
        }
        Path log = record.log();
        if (descriptor == null && log == null) {
            return;
        }
        NativeProcess process = NativeProcess.load();
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
        try {
            Path log = record.log();
            if (log != null) {
                LogFile.removeIfEmpty(log);
            }
            if (safe) {
                records.remove(record);
            }
            if (pidFile != null) {
                pidFile.remove();
            }
        } catch (IOException e) {
            LOG.warn("a file of this process stays behind: {}", e.toString());
        }
    }
}
