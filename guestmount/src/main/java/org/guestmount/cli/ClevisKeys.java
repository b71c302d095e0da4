package org.guestmount.cli;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.json.JsonObject;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.GuestMachine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys that clevis keeps in the headers of the volumes themselves. The guest only says what is in a header: it is this host that
 * decrypts, so the guest needs neither clevis nor a network.
 */
final class ClevisKeys {
    private static final Logger LOG = LoggerFactory.getLogger(ClevisKeys.class);

    private final GuestMachine machine;
    private final Decryption decryption;

    /** What clevis does. */
    @FunctionalInterface
    interface Decryption {
        /**
         * The passphrase in a JWE of the compact form; the caller overwrites it.
         *
         * @throws UserException if there is no clevis
         * @throws ClevisException if it cannot be decrypted
         */
        byte[] decrypt(String jwe) throws UserException, ClevisException, InterruptedException;
    }

    /** Tries a key on a volume. */
    @FunctionalInterface
    interface Lock {
        boolean opensBy(byte[] key) throws GuestFilesystemException, InterruptedException;
    }

    ClevisKeys(GuestMachine machine, Decryption decryption) {
        this.machine = machine;
        this.decryption = decryption;
    }

    /**
     * Tries one token after the other, for each may take long.
     *
     * @param lock the volume's
     * @param notes takes a sentence for each reason why it is not open then
     * @return whether it is
     */
    boolean open(DetectedFilesystem volume, Lock lock, Consumer<String> notes)
            throws GuestFilesystemException, UserException, InterruptedException {
        for (JsonObject token : tokens(volume, notes)) {
            try {
                if (opensBy(volume, token, lock)) {
                    return true;
                }
                notes.accept("The key that clevis decrypted does not fit " + name(volume) + ".");
            } catch (ClevisException e) {
                notes.accept(name(volume) + ": " + e.getMessage() + "; give " + otherKey(volume) + ".");
            }
        }
        return false;
    }

    private List<JsonObject> tokens(DetectedFilesystem volume, Consumer<String> notes) throws GuestFilesystemException {
        try {
            List<JsonObject> tokens = ClevisToken.find(machine.luksMetadata(volume.device()));
            if (tokens.isEmpty()) {
                notes.accept(name(volume) + " has no clevis token; give " + otherKey(volume) + ".");
            }
            return tokens;
        } catch (ClevisException e) {
            notes.accept(name(volume) + ": " + e.getMessage() + "; give " + otherKey(volume) + ".");
        } catch (GuestFilesystemException e) {
            if (e.errno() != Errno.EOPNOTSUPP) {
                throw e;
            }
            notes.accept("Clevis is supported for LUKS2 volumes only, and " + e.getMessage() + "; give "
                    + otherKey(volume) + ".");
        }
        return List.of();
    }

    private boolean opensBy(DetectedFilesystem volume, JsonObject found, Lock lock)
            throws GuestFilesystemException, UserException, ClevisException, InterruptedException {
        ClevisToken token = ClevisToken.parse(found);
        LOG.info("asking clevis for the key of {}: {}", volume.device(), token.policy());
        byte[] key = decryption.decrypt(token.jwe());
        try {
            return lock.opensBy(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static String name(DetectedFilesystem volume) {
        return volume.device() + " (" + volume.type() + ")";
    }

    private static String otherKey(DetectedFilesystem volume) {
        return "its passphrase with --key " + volume.device() + ":file:FILE";
    }
}
