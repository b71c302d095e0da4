package org.guestmount.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.VolumeName;
import org.jspecify.annotations.Nullable;

/**
 * One {@code --key ID:TYPE:VALUE}, or {@code --key ID:clevis}.
 *
 * @param id a device's name, a UUID or {@code all}
 * @param source where the key comes from
 * @param value the key itself, or the name of what it is read from; empty for clevis, whose keys are in the volumes
 */
record KeySelector(String id, Source source, String value) {
    static final String SYNTAX = "ID:key:STRING|ID:file:FILE|ID:fd:NUMBER|ID:clevis";

    private static final int MAX_KEY_BYTES = 8 << 20; // cryptsetup's limit

    enum Source {
        KEY,
        FILE,
        DESCRIPTOR,
        CLEVIS
    }

    /**
     * Splits at the first two colons; keys and file names may have more.
     *
     * @param folder what a relative file name begins at
     * @throws IllegalArgumentException for the user to read; without the key
     */
    static KeySelector parse(String selector, Path folder) {
        String[] fields = selector.split(":", 3);
        String id = fields[0];
        String type = fields.length < 2 ? "" : fields[1];
        if (id.isEmpty()) {
            throw new IllegalArgumentException(
                    "--key: must begin with a device, a UUID or 'all', and be written " + SYNTAX);
        }
        String shown = "--key " + id + ":" + type;
        if (type.equals("clevis")) {
            if (fields.length > 2) {
                throw new IllegalArgumentException(
                        shown + ": nothing may follow; the volume itself says how to decrypt");
            }
            return new KeySelector(id, Source.CLEVIS, "");
        }
        if (fields.length < 3 || fields[2].isEmpty()) {
            throw new IllegalArgumentException(shown + ": incomplete; write " + SYNTAX);
        }
        return switch (type) {
            case "key" -> new KeySelector(id, Source.KEY, fields[2]);
            case "file" ->
                new KeySelector(id, Source.FILE, folder.resolve(fields[2]).toString());
            case "fd" -> descriptor(id, fields[2]);
            default ->
                throw new IllegalArgumentException(
                        "--key " + id + ": the word after it must be key, file, fd or clevis");
        };
    }

    private static KeySelector descriptor(String id, String number) {
        if (!number.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("--key " + id + ":fd: must be followed by a descriptor's number");
        }
        return new KeySelector(id, Source.DESCRIPTOR, number);
    }

    boolean matches(DetectedFilesystem volume) {
        return id.equals("all")
                || VolumeName.canonical(id).equals(volume.device())
                || id.equalsIgnoreCase(volume.uuid());
    }

    /** Whether the volume says itself how its key is come by. */
    boolean isClevis() {
        return source == Source.CLEVIS;
    }

    /**
     * The keys to try, best first: all the bytes there are, and if these end with a newline, without it, for an editor may have added
     * it to a passphrase.
     *
     * @throws UserException if it cannot be read
     * @throws IllegalStateException for clevis, see {@link ClevisKeys}
     */
    List<byte[]> keys() throws UserException {
        if (isClevis()) {
            throw new IllegalStateException(this + " has no key by itself");
        }
        if (source == Source.KEY) {
            return List.of(value.getBytes(StandardCharsets.UTF_8));
        }
        byte[] content = read();
        byte[] shorter = withoutNewline(content);
        return shorter == null ? List.of(content) : List.of(content, shorter);
    }

    private byte[] read() throws UserException {
        Path file = Path.of(source == Source.FILE ? value : "/proc/self/fd/" + value);
        String subject =
                "the key for " + id + " cannot be read from " + (source == Source.FILE ? value : "descriptor " + value);
        try (var in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(MAX_KEY_BYTES + 1);
            if (content.length == 0 || content.length > MAX_KEY_BYTES) {
                throw new UserException(subject + ": it has "
                        + (content.length == 0 ? "nothing in it" : "more than " + (MAX_KEY_BYTES >> 20) + " MiB"));
            }
            return content;
        } catch (IOException e) {
            throw new UserException(subject + ": " + e, e);
        }
    }

    static byte @Nullable [] withoutNewline(byte[] content) {
        int last = content.length - 1;
        return last > 0 && content[last] == '\n' ? Arrays.copyOf(content, last) : null;
    }

    /** Without the key. */
    @Override
    public String toString() {
        return id + ":" + source;
    }
}
