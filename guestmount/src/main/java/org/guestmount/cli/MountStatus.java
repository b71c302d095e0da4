package org.guestmount.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.guestmount.core.json.JsonObject;
import org.guestmount.mount.MountTable;

/** {@code --status}: the mounts that a user's records tell of, the oldest first. Its JSON is described in guestmount(1), JSON. */
record MountStatus(List<Entry> entries) {
    private static final int SCHEMA = 1;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());

    /** How it is with a mount. */
    enum State {
        MOUNTED,
        /** Its process is just about to mount, or writes to the image after it was unmounted. */
        BUSY,
        /** Its process was killed, or could not write everything to the image. */
        STALE
    }

    /** A record and what has become of it. */
    record Entry(MountRecord record, State state) {}

    MountStatus {
        entries = List.copyOf(entries);
    }

    static MountStatus of(MountRecords records, MountTable mounts) {
        return new MountStatus(records.all().stream()
                .sorted(Comparator.comparing(MountRecord::since))
                .map(record -> new Entry(record, state(record, mounts)))
                .toList());
    }

    private static State state(MountRecord record, MountTable mounts) {
        if (!record.process().isRunning()) {
            return State.STALE;
        }
        return mounts.at(record.mountpoint()).filter(MountTable.Mount::isFuse).isPresent() ? State.MOUNTED : State.BUSY;
    }

    JsonObject json() {
        return new JsonObject()
                .put("schema", SCHEMA)
                .put("mounts", entries.stream().map(MountStatus::json).toList());
    }

    private static JsonObject json(Entry entry) {
        MountRecord record = entry.record;
        return new JsonObject()
                .put("mountpoint", record.mountpoint().toString())
                .put("state", name(entry.state))
                .put("images", record.images())
                .put("read_only", record.readOnly())
                .put("process", record.process().pid())
                .put("since", record.since().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("log", record.log() == null ? null : Objects.toString(record.log()));
    }

    private static String name(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** For people. */
    String text() {
        if (entries.isEmpty()) {
            return "No guest is mounted.\n";
        }
        TextTable table = new TextTable("MOUNTPOINT", "STATE", "MODE", "PROCESS", "SINCE", "IMAGES");
        for (Entry entry : entries) {
            MountRecord record = entry.record;
            table.add(
                    record.mountpoint().toString(),
                    name(entry.state),
                    record.readOnly() ? "ro" : "rw",
                    Long.toString(record.process().pid()),
                    time(record.since()),
                    String.join(" ", record.images()));
        }
        return table.toString();
    }

    private static String time(Instant instant) {
        return TIME.format(instant);
    }
}
