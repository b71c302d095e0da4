package org.guestmount.appliance.daemon;

import java.io.File;
import java.util.List;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;

/**
 * A LUKS or BitLocker volume, which cryptsetup opens.
 *
 * <p>Source: cryptsetup(8), cryptsetup-open(8).
 *
 * @param device as the host calls it
 * @param node its path
 * @param type as cryptsetup calls it
 * @param mapping what device-mapper calls it when it is open
 */
record EncryptedVolume(String device, String node, String type, String mapping) {
    static final String LUKS = "crypto_LUKS";
    static final String BITLOCKER = "BitLocker";

    private static final int WRONG_KEY = 2;
    private static final int NO_MEMORY = 3;

    /** Emulated, a key takes minutes where it was made to take a second of a large machine. */
    private static final int OPEN_SECONDS = 1800;

    private static final int DUMP_SECONDS = 60;

    /** cryptsetup makes headers with 12 KiB of it; a frame has room for this many whatever they are. */
    private static final int MAX_METADATA_CHARS = 1 << 18;

    /** Argon2's memory is given in KiB in the JSON of a LUKS2 header. */
    private static final String MEMORY_FIELD = "\"memory\":";

    /** Null if the content is not encrypted. */
    static @Nullable EncryptedVolume of(String device, String node, Blkid.Content content) {
        String type = content.type();
        if (LUKS.equals(type)) {
            String uuid = content.uuid();
            return new EncryptedVolume(device, node, "luks", uuid == null ? plainMapping(device) : "luks-" + uuid);
        }
        return BITLOCKER.equals(type) ? new EncryptedVolume(device, node, "bitlk", plainMapping(device)) : null;
    }

    /** {@code crypt} and what remains of the device's name without {@code /dev/} and signs. */
    static String plainMapping(String device) {
        StringBuilder name = new StringBuilder("crypt");
        for (int i = device.startsWith("/dev/") ? "/dev/".length() : 0; i < device.length(); i++) {
            char next = device.charAt(i);
            boolean isLetter = (next >= 'A' && next <= 'Z') || (next >= 'a' && next <= 'z');
            if (isLetter || (next >= '0' && next <= '9')) {
                name.append(next);
            }
        }
        return name.toString();
    }

    /** The opened volume's name. */
    String opened() {
        return "/dev/mapper/" + mapping;
    }

    boolean isOpen() {
        return new File(opened()).exists();
    }

    /** @throws GuestFilesystemException {@code EACCES} for a key that does not fit, {@code ENOMEM} */
    void open(byte[] key) throws GuestFilesystemException {
        HelperProgram.Result result = HelperProgram.run(
                List.of(
                        cryptsetup(),
                        "open",
                        "--type=" + type,
                        "--key-file=-",
                        "--disable-locks",
                        "--disable-keyring",
                        node,
                        mapping),
                key,
                OPEN_SECONDS);
        switch (result.status()) {
            case 0 -> {}
            case WRONG_KEY -> throw new GuestFilesystemException(Errno.EACCES, device + ": the key does not fit");
            case NO_MEMORY ->
                throw new GuestFilesystemException(
                        Errno.ENOMEM, device + ": the guest has too little memory to unlock it");
            default ->
                throw new GuestFilesystemException(Errno.EINVAL, device + " could not be unlocked: " + result.output());
        }
    }

    /** What the most demanding of its keys takes, in bytes. */
    long memory() throws GuestFilesystemException {
        if (!type.equals("luks")) {
            return 0;
        }
        HelperProgram.Result result = dump();
        // LUKS1 has no such metadata, and no key that takes memory.
        return result.status() == 0 ? largestMemory(result.output()) : 0;
    }

    /**
     * The JSON of a LUKS2 header.
     *
     * @throws GuestFilesystemException {@code EOPNOTSUPP} for what has none, {@code EINVAL} for one that is damaged, {@code EFBIG}
     */
    String metadata() throws GuestFilesystemException {
        if (!type.equals("luks")) {
            throw new GuestFilesystemException(Errno.EOPNOTSUPP, device + " is not a LUKS2 volume");
        }
        HelperProgram.Result result = dump();
        if (result.status() == 0) {
            return json(device, result.output());
        }
        HelperProgram.Result first = HelperProgram.run(
                List.of(cryptsetup(), "isLuks", "--type=luks1", "--disable-locks", node), DUMP_SECONDS);
        throw first.status() == 0
                ? new GuestFilesystemException(Errno.EOPNOTSUPP, device + " is a LUKS1 volume")
                : new GuestFilesystemException(Errno.EINVAL, device + " has no valid header: " + result.output());
    }

    /** An object, without what else was said, such as warnings. */
    static String json(String device, String output) throws GuestFilesystemException {
        int begin = output.indexOf('{');
        int end = output.lastIndexOf('}') + 1;
        if (begin < 0 || end <= begin) {
            throw new GuestFilesystemException(Errno.EINVAL, device + " has no metadata in its header");
        }
        if (end - begin > MAX_METADATA_CHARS) {
            throw new GuestFilesystemException(
                    Errno.EFBIG, device + " has more than " + (MAX_METADATA_CHARS >> 10) + " KiB of metadata");
        }
        return output.substring(begin, end);
    }

    private HelperProgram.Result dump() throws GuestFilesystemException {
        return HelperProgram.run(
                List.of(cryptsetup(), "luksDump", "--dump-json-metadata", "--disable-locks", node), DUMP_SECONDS);
    }

    /** The largest number of KiB in the metadata, in bytes. */
    static long largestMemory(String json) {
        long largest = 0;
        for (int at = json.indexOf(MEMORY_FIELD); at >= 0; at = json.indexOf(MEMORY_FIELD, at)) {
            at += MEMORY_FIELD.length();
            long value = 0;
            while (at < json.length() && json.charAt(at) == ' ') {
                at++;
            }
            while (at < json.length() && json.charAt(at) >= '0' && json.charAt(at) <= '9' && value < 1L << 40) {
                value = value * 10 + json.charAt(at) - '0';
                at++;
            }
            largest = Math.max(largest, value);
        }
        return largest << 10;
    }

    private String cryptsetup() throws GuestFilesystemException {
        String program = HelperProgram.find("cryptsetup");
        if (program == null) {
            throw new GuestFilesystemException(
                    Errno.ENOSYS, Storage.missing(device, "is encrypted", "cryptsetup", "cryptsetup-bin"));
        }
        return program;
    }
}
