package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.FakeGuestMachine;
import org.junit.jupiter.api.Test;

class GuestVolumesTest {
    private final EncryptedMachine machine = new EncryptedMachine();
    private final List<Long> added = new ArrayList<>();

    /** Has encrypted volumes, each with one passphrase, and notes what it is asked to do. */
    private static final class EncryptedMachine extends FakeGuestMachine {
        private final Map<String, String> passphrases = new HashMap<>();
        private final List<DetectedFilesystem> volumes = new ArrayList<>();
        private final List<String> log = new ArrayList<>();
        private final Map<String, String> metadata = new HashMap<>();
        private long memory;

        void add(String device, String uuid, String passphrase) {
            volumes.add(new DetectedFilesystem(device, "crypto_LUKS", null, uuid, 1, false));
            passphrases.put(device, passphrase);
        }

        @Override
        public List<DetectedFilesystem> detectFilesystems() {
            return volumes;
        }

        @Override
        public List<String> assemble() {
            log.add("assemble");
            return List.of();
        }

        @Override
        public long memoryToUnlock(String device) {
            long needed = memory;
            memory = 0;
            return needed;
        }

        @Override
        public String luksMetadata(String device) throws GuestFilesystemException {
            log.add("metadata of " + device);
            String known = metadata.get(device);
            if (known == null) {
                throw new GuestFilesystemException(Errno.EOPNOTSUPP, device + " is a LUKS1 volume");
            }
            return known;
        }

        @Override
        public String unlock(String device, ByteBuffer key) throws GuestFilesystemException {
            String given = StandardCharsets.UTF_8.decode(key).toString();
            log.add(device + " " + given);
            if (!given.equals(passphrases.get(device))) {
                throw GuestFilesystemException.of(Errno.EACCES, "unlock", device);
            }
            return "/dev/mapper/opened";
        }
    }

    /** What clevis answers for each policy; it fails for others. */
    private final Map<String, String> decrypted = new HashMap<>();

    private final List<byte[]> passphrases = new ArrayList<>();

    private byte[] decrypt(String jwe) throws ClevisException {
        String passphrase = decrypted.get(jwe);
        if (passphrase == null) {
            throw new ClevisException("clevis could not decrypt it: no server");
        }
        byte[] bytes = passphrase.getBytes(StandardCharsets.UTF_8);
        passphrases.add(bytes);
        return bytes;
    }

    private GuestVolumes volumes(String input, String... selectors) {
        List<KeySelector> parsed = Arrays.stream(selectors)
                .map(selector -> KeySelector.parse(selector, Path.of("/")))
                .toList();
        Keys keys = new Keys(parsed, new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), false, () -> {});
        return new GuestVolumes(machine, keys, added::add, this::decrypt);
    }

    @Test
    void nothingIsUnlockedForWhatAssemblingMakesAppear() throws Exception {
        machine.add("/dev/sda1", "1", "a");
        GuestVolumes volumes = volumes("a\n");

        assertThat(volumes.prepare("/dev/vg/root", Errno.ENXIO)).isTrue();

        assertThat(machine.log).containsExactly("assemble");
    }

    @Test
    void volumesWithAKeyAreOpenedFirstAndOneAtATime() throws Exception {
        machine.add("/dev/sda1", "1", "a");
        machine.add("/dev/sda2", "2", "b");
        machine.add("/dev/sda3", "3", "c");
        GuestVolumes volumes = volumes("", "/dev/sda2:key:b", "3:key:c");

        volumes.prepare("/dev/vg/root", Errno.ENXIO);
        assertThat(volumes.prepare("/dev/vg/root", Errno.ENXIO)).isTrue();
        assertThat(machine.log).containsExactly("assemble", "/dev/sda2 b", "assemble");
        assertThat(volumes.prepare("/dev/vg/root", Errno.ENXIO)).isTrue();
        assertThat(machine.log).endsWith("/dev/sda3 c", "assemble");

        assertThat(volumes.prepare("/dev/vg/root", Errno.ENXIO)).isFalse();
        assertThat(volumes.notes()).containsExactly("Standard input has no passphrase for /dev/sda1 (crypto_LUKS).");
    }

    @Test
    void theVolumeThatTheNameTellsIsTheOnlyOneOpened() throws Exception {
        machine.add("/dev/sda1", "1", "a");
        machine.add("/dev/sda2", "2", "b");
        GuestVolumes volumes = volumes("a\nb\n");

        volumes.prepare("/dev/mapper/luks-2", Errno.ENXIO);
        assertThat(volumes.prepare("/dev/mapper/luks-2", Errno.ENXIO)).isTrue();

        assertThat(machine.log).containsExactly("assemble", "/dev/sda2 a", "/dev/sda2 b", "assemble");
    }

    @Test
    void aLockedDeviceIsUnlockedItself() throws Exception {
        machine.add("/dev/sda1", "1", "a");
        machine.add("/dev/sda2", "2", "b");
        machine.memory = 5L << 30;
        GuestVolumes volumes = volumes("", "all:key:b");

        volumes.prepare("/dev/vda2", Errno.ENOKEY);
        assertThat(volumes.prepare("/dev/vda2", Errno.ENOKEY)).isTrue();

        assertThat(machine.log).containsExactly("assemble", "/dev/sda2 b");
        assertThat(added).containsExactly(5L << 30);
    }

    @Test
    void keysThatDoNotFitAreTriedInOrderAndTheFailureNoted() throws Exception {
        machine.add("/dev/sda1", "1", "right");
        GuestVolumes volumes = volumes("x\ny\n", "/dev/sda1:key:w");

        volumes.prepare("/dev/sda1", Errno.ENOKEY);
        assertThat(volumes.prepare("/dev/sda1", Errno.ENOKEY)).isFalse();

        assertThat(machine.log).containsExactly("assemble", "/dev/sda1 w", "/dev/sda1 x", "/dev/sda1 y");
        assertThat(volumes.notes()).containsExactly("No key that was given fits /dev/sda1 (crypto_LUKS).");
        assertThat(volumes.prepare("/dev/sda1", Errno.ENOKEY)).isFalse();
    }

    @Test
    void clevisIsAskedAboutEachTokenUntilAKeyFits() throws Exception {
        machine.add("/dev/sda1", "1", "right");
        String first = ClevisTokenTest.tangJwe("http://a");
        String second = ClevisTokenTest.tangJwe("http://b");
        String third = ClevisTokenTest.tangJwe("http://c");
        machine.metadata.put("/dev/sda1", ClevisTokenTest.metadata(first, second, third));
        decrypted.put(first, "wrong");
        decrypted.put(second, "right");
        GuestVolumes volumes = volumes("", "all:key:other", "1:clevis");

        volumes.prepare("/dev/sda1", Errno.ENOKEY);
        assertThat(volumes.prepare("/dev/sda1", Errno.ENOKEY)).isTrue();

        assertThat(machine.log)
                .containsExactly(
                        "assemble", "/dev/sda1 other", "metadata of /dev/sda1", "/dev/sda1 wrong", "/dev/sda1 right");
        assertThat(passphrases).containsExactly(new byte[5], new byte[5]);
    }

    @Test
    void whyClevisHasNoKeyIsNotedAndTheNextKeyTried() throws Exception {
        machine.add("/dev/sda1", "1", "a");
        machine.add("/dev/sda2", "2", "b");
        machine.add("/dev/sda3", "3", "c");
        machine.add("/dev/sda4", "4", "d");
        machine.metadata.put("/dev/sda2", ClevisTokenTest.metadata());
        machine.metadata.put("/dev/sda3", ClevisTokenTest.metadata(ClevisTokenTest.tangJwe("http://a")));
        machine.metadata.put("/dev/sda4", "{}");
        GuestVolumes volumes = volumes("", "all:clevis", "/dev/sda4:key:d");

        volumes.openGiven();

        assertThat(machine.log).contains("/dev/sda4 d");
        assertThat(volumes.notes())
                .containsExactly(
                        "Clevis is supported for LUKS2 volumes only, and /dev/sda1 is a LUKS1 volume; give its passphrase"
                                + " with --key /dev/sda1:file:FILE.",
                        "/dev/sda2 (crypto_LUKS) has no clevis token; give its passphrase with --key /dev/sda2:file:FILE.",
                        "/dev/sda3 (crypto_LUKS): clevis could not decrypt it: no server; give its passphrase with --key"
                                + " /dev/sda3:file:FILE.",
                        "/dev/sda4 (crypto_LUKS): the metadata in its header is damaged; give its passphrase with --key"
                                + " /dev/sda4:file:FILE.");
    }

    @Test
    void clevisIsNotAskedAboutVolumesItWasNotGivenFor() throws Exception {
        machine.add("/dev/sda1", "1", "a");
        GuestVolumes volumes = volumes("x\n", "/dev/sda2:clevis");

        volumes.prepare("/dev/sda1", Errno.ENOKEY);
        assertThat(volumes.prepare("/dev/sda1", Errno.ENOKEY)).isFalse();

        assertThat(machine.log).containsExactly("assemble", "/dev/sda1 x");
    }

    @Test
    void otherFailuresAreNoMatterOfVolumes() throws Exception {
        GuestVolumes volumes = volumes("");

        assertThat(volumes.prepare("/dev/sda1", Errno.EINVAL)).isTrue();
        assertThat(volumes.prepare("/dev/sda1", Errno.EINVAL)).isFalse();
    }

    @Test
    void whatKeysWereGivenForIsOpenedUntilNoSuchVolumeIsLeft() throws Exception {
        machine.add("/dev/sda1", "1", "a");
        machine.add("/dev/sda2", "2", "b");
        GuestVolumes volumes = volumes("a\nb\n");

        volumes.openGiven();

        assertThat(machine.log).contains("/dev/sda1 a", "/dev/sda2 b");
        assertThat(volumes.openAsked()).isFalse();
    }
}
