package org.guestmount.cli;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.machine.VolumeName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes volumes appear that are not there from the start: has the guest assemble what its drives hold parts of, and unlocks what is
 * encrypted, no more of it than is needed.
 */
final class GuestVolumes {
    private static final Logger LOG = LoggerFactory.getLogger(GuestVolumes.class);

    /** How often a passphrase may be typed. */
    private static final int TRIES = 3;

    /** The guest takes a second to use memory that is added. */
    private static final int MEMORY_POLLS = 100;

    private static final int MEMORY_POLL_MILLIS = 100;

    private static final Set<String> ENCRYPTED = Set.of("crypto_LUKS", "BitLocker");

    /** The name of what a LUKS volume is opened as, before its UUID. */
    private static final String LUKS_PREFIX = "/dev/mapper/luks-";

    private final GuestMachine machine;
    private final Keys keys;
    private final MemorySource memory;
    private final ClevisKeys clevis;

    /** What the user should know if in the end something is missing. */
    private final List<String> notes = new ArrayList<>();

    /** Volumes that need no further try: they are open, or no key fits. */
    private final Set<String> tried = new HashSet<>();

    private boolean assembled;

    /** Memory that a guest can be given while it runs. */
    @FunctionalInterface
    interface MemorySource {
        /** Adds at least so many bytes. */
        void add(long bytes) throws GuestFilesystemException, InterruptedException;
    }

    GuestVolumes(GuestMachine machine, Keys keys, MemorySource memory, ClevisKeys.Decryption clevis) {
        this.machine = machine;
        this.keys = keys;
        this.memory = memory;
        this.clevis = new ClevisKeys(machine, clevis);
    }

    /** What may be why a device is not there; sentences, in the order in which they came up. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * Does the next thing after which a mount that failed may succeed.
     *
     * @param device of the mount
     * @param failure of the mount: {@code ENXIO} if there is no such device, {@code ENOKEY} if it is locked
     * @return whether to try again; false if there is nothing left to do
     * @throws UserException if a key that is needed cannot be had
     */
    boolean prepare(String device, Errno failure) throws GuestFilesystemException, UserException, InterruptedException {
        if (!assembled) {
            assemble();
            return true;
        }
        return switch (failure) {
            case ENXIO -> unlockOneFor(device);
            case ENOKEY -> unlockOnly(device);
            default -> false;
        };
    }

    /** Sets up everything there is, as far as keys were given. */
    void openGiven() throws GuestFilesystemException, UserException, InterruptedException {
        assemble();
        boolean more = true;
        while (more) {
            more = unlockFirst(locked().stream()
                    .filter(volume -> !keys.areAskedFor(volume))
                    .toList());
        }
    }

    /** Sets up the rest, asking for each key that it takes; whether that was anything. */
    boolean openAsked() throws GuestFilesystemException, UserException, InterruptedException {
        boolean any = false;
        while (unlockFirst(locked())) {
            any = true;
        }
        return any;
    }

    private void assemble() throws GuestFilesystemException {
        assembled = true;
        for (String problem : machine.assemble()) {
            LOG.warn("{}", problem);
            notes.add(problem);
        }
    }

    private List<DetectedFilesystem> locked() throws GuestFilesystemException {
        return machine.detectFilesystems().stream()
                .filter(found -> ENCRYPTED.contains(found.type()) && !tried.contains(found.device()))
                .toList();
    }

    /** Opens one of the volumes that the device may be in; those with a key given first, then those to ask for. */
    private boolean unlockOneFor(String device) throws GuestFilesystemException, UserException, InterruptedException {
        List<DetectedFilesystem> locked = locked();
        List<DetectedFilesystem> named = locked.stream()
                .filter(volume -> device.equals(LUKS_PREFIX + volume.uuid()))
                .toList();
        List<DetectedFilesystem> candidates = (named.isEmpty() ? locked : named)
                .stream().sorted(Comparator.comparing(keys::areAskedFor)).toList();
        return unlockFirst(candidates);
    }

    /** Opens the first of them that can be opened; what is in it may be a volume in turn. */
    private boolean unlockFirst(List<DetectedFilesystem> candidates)
            throws GuestFilesystemException, UserException, InterruptedException {
        for (DetectedFilesystem volume : candidates) {
            tried.add(volume.device());
            if (unlock(volume)) {
                assemble();
                return true;
            }
        }
        return false;
    }

    private boolean unlockOnly(String device) throws GuestFilesystemException, UserException, InterruptedException {
        String name = VolumeName.canonical(device);
        DetectedFilesystem volume = locked().stream()
                .filter(found -> found.device().equals(name))
                .findFirst()
                .orElse(null);
        if (volume == null || !tried.add(name)) {
            return false;
        }
        return unlock(volume);
    }

    /** Whether it is open now; if it is not, a note says why. */
    private boolean unlock(DetectedFilesystem volume)
            throws GuestFilesystemException, UserException, InterruptedException {
        List<KeySelector> given = keys.selectorsOf(volume);
        List<byte[]> lines = keys.ofInput();
        if (anyOpens(volume, given) || anyFits(volume, lines)) {
            return true;
        }
        if (!given.stream().allMatch(KeySelector::isClevis) || !lines.isEmpty()) {
            notes.add("No key that was given fits " + volume.device() + " (" + volume.type() + ").");
            return false;
        }
        if (!given.isEmpty()) {
            return false; // it was noted why clevis has no key
        }
        if (keys.areAskedFor(volume)) {
            return unlockByAsking(volume);
        }
        notes.add("Standard input has no passphrase for " + volume.device() + " (" + volume.type() + ").");
        return false;
    }

    private boolean anyOpens(DetectedFilesystem volume, List<KeySelector> given)
            throws GuestFilesystemException, UserException, InterruptedException {
        for (KeySelector selector : given) {
            boolean opened = selector.isClevis()
                    ? clevis.open(volume, key -> fits(volume, key), notes::add)
                    : anyFits(volume, keys.of(selector));
            if (opened) {
                return true;
            }
        }
        return false;
    }

    private boolean anyFits(DetectedFilesystem volume, List<byte[]> candidates)
            throws GuestFilesystemException, InterruptedException {
        for (byte[] key : candidates) {
            if (fits(volume, key)) {
                return true;
            }
        }
        return false;
    }

    private boolean unlockByAsking(DetectedFilesystem volume)
            throws GuestFilesystemException, UserException, InterruptedException {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            byte[] typed = keys.ask(volume, attempt > 0);
            if (typed == null) {
                notes.add(volume.device() + " (" + volume.type()
                        + ") is encrypted, and there is no terminal to ask for its" + " passphrase: give --key "
                        + volume.device() + ":file:FILE or --keys-from-stdin.");
                return false;
            }
            if (typed.length == 0) {
                notes.add(volume.device() + " (" + volume.type() + ") was left locked.");
                return false;
            }
            try {
                if (fits(volume, typed)) {
                    return true;
                }
            } finally {
                Arrays.fill(typed, (byte) 0);
            }
        }
        throw new UserException("no passphrase fits " + volume.device() + " after " + TRIES + " tries");
    }

    private boolean fits(DetectedFilesystem volume, byte[] key) throws GuestFilesystemException, InterruptedException {
        long started = System.nanoTime();
        long missing = machine.memoryToUnlock(volume.device());
        if (missing > 0) {
            LOG.info("unlocking {} takes {} MiB more memory than the guest has", volume.device(), missing >> 20);
            memory.add(missing);
            for (int waited = 0; waited < MEMORY_POLLS && machine.memoryToUnlock(volume.device()) > 0; waited++) {
                Thread.sleep(MEMORY_POLL_MILLIS);
            }
        }
        LOG.info("unlocking {}; this may take a while", volume.device());
        try {
            String opened = machine.unlock(volume.device(), ByteBuffer.wrap(key));
            LOG.info(
                    "{} is open as {} after {} ms", volume.device(), opened, (System.nanoTime() - started) / 1_000_000);
            return true;
        } catch (GuestFilesystemException e) {
            if (e.errno() == Errno.EACCES) {
                return false;
            }
            throw e;
        }
    }
}
