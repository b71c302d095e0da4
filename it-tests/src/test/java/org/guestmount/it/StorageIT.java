package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Python;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.StorageStacks;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** LVM, software RAID, LUKS, bcache and btrfs on several disks, by themselves and in one another. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS, Requirement.STORAGE_TOOLS})
class StorageIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static final String ALL_DISKS = "bcdefghijklmnopqrstuwxy";

    /** The first disk, {@code b}, is /dev/sdb, for the filesystem to mount the others on is /dev/sda. */
    private static final List<String> VOLUMES = List.of(
            "/dev/vg-a/root",
            "/dev/mapper/vg--a-stripe--d",
            "/dev/vg-a/mirror",
            "/dev/vg-a/thin",
            "/dev/md/mirror",
            "/dev/md1",
            "/dev/md2",
            "/dev/md3",
            "/dev/sdm1",
            "/dev/sdn",
            "/dev/inner/root",
            "/dev/outer/vault",
            "/dev/md4",
            "/dev/host/diskp1",
            "/dev/sdt:/14:subvol=root",
            "/dev/on-bcache/root",
            "/dev/bcache1");

    private static final List<String> KEYS = List.of(
            "/dev/sdm1:key:first pass",
            "/dev/sdn:key:second",
            "/dev/sdo1:key:third",
            "/dev/mapper/outer-vault:key:fourth",
            "/dev/md4:key:fifth");

    private static StorageStacks stacks;

    @BeforeAll
    static void makeStacks() throws IOException {
        stacks = StorageStacks.made();
    }

    private static Guestmount guestmount(String disks) {
        Guestmount guestmount = WORKSPACE.guestmount();
        disks.chars().forEach(disk -> guestmount.drive(stacks.disk((char) disk)));
        return guestmount;
    }

    /** A use with all volumes in one tree, each at its number. */
    private static Guestmount everything(List<GuestImage> drives) {
        Guestmount guestmount = WORKSPACE.guestmount();
        drives.forEach(guestmount::drive);
        guestmount.device("/dev/sda");
        for (int i = 0; i < VOLUMES.size(); i++) {
            String volume = VOLUMES.get(i);
            guestmount.device(volume.contains(":") ? volume : volume + ":/" + i);
        }
        KEYS.forEach(key -> guestmount.with("--key", key));
        return guestmount;
    }

    private static GuestImage rootWithMountpoints() throws IOException {
        Path contents = WORKSPACE.newFolder("mountpoints");
        for (int i = 0; i < VOLUMES.size(); i++) {
            Files.createDirectories(contents.resolve(Integer.toString(i)));
        }
        return GuestImage.ext4(WORKSPACE.folder().resolve("mountpoints.fs"), 16, contents);
    }

    private static void assertHoldsTheTree(Path folder) {
        assertThat(Command.of("diff", "-r", "--no-dereference", "-x", "lost+found", "-x", "new", stacks.tree(), folder)
                        .result())
                .satisfies(
                        result -> assertThat(result.status()).as("%s", result).isZero());
    }

    @Test
    void everyStackIsReadWrittenAndReadAgain() throws IOException {
        List<GuestImage> originals = new ArrayList<>(List.of(rootWithMountpoints()));
        ALL_DISKS.chars().forEach(disk -> originals.add(stacks.disk((char) disk)));
        List<String> digests = originals.stream().map(GuestImage::sha256).toList();

        Mount readOnly = everything(originals).readOnly().mount();
        for (int i = 0; i < VOLUMES.size(); i++) {
            assertHoldsTheTree(readOnly.resolve(Integer.toString(i)));
        }
        readOnly.unmount();
        assertThat(originals.stream().map(GuestImage::sha256)).isEqualTo(digests);

        Path copies = WORKSPACE.newFolder("copies");
        List<GuestImage> disks = originals.stream()
                .map(image -> image.copiedTo(copies.resolve(image.path().getFileName())))
                .toList();
        Mount writable = everything(disks).writable().mount();
        Python.run(
                writable.root(),
                "for i in range(%d): open(f'{root}/{i}/new', 'w').write(f'{i} ' * 70000)".formatted(VOLUMES.size()));
        writable.unmount();
        for (char member : "fghijkl".toCharArray()) {
            assertThat(Command.of("mdadm", "--examine", copies.resolve(String.valueOf(member)))
                            .run())
                    .contains("State : clean");
        }

        Mount again = everything(disks).readOnly().mount();
        for (int i = 0; i < VOLUMES.size(); i++) {
            assertThat(again.resolve(i + "/new")).as(VOLUMES.get(i)).hasContent((i + " ").repeat(70000));
            assertHoldsTheTree(again.resolve(Integer.toString(i)));
        }
    }

    /** A read-only mount must not start a synchronisation, and one disk of an array may be gone. */
    @Test
    void degradedArraysAreMounted() throws IOException {
        Mount mount = WORKSPACE
                .guestmount()
                .drive(rootWithMountpoints())
                .drive(stacks.disk('e'))
                .drive(stacks.disk('f'))
                .drive(stacks.disk('h'))
                .device("/dev/sda")
                .device("/dev/md/mirror:/0")
                .device("/dev/md1:/1")
                .readOnly()
                .mount();

        assertHoldsTheTree(mount.resolve("0"));
        assertHoldsTheTree(mount.resolve("1"));
    }

    /** What was not written back yet is nowhere else. */
    @Test
    void aDeviceWithoutItsCacheIsNotUsed() {
        Command.Result alone = guestmount("x").device("/dev/bcache0").result();

        assertThat(alone.status()).isEqualTo(1);
        assertThat(alone.errors())
                .contains("/dev/sda is cached by another device", "add the drive that holds the cache");
    }

    @Test
    void aKeyThatDoesNotFitAndAMissingOneAreSaid() {
        Command.Result wrong = guestmount("m")
                .device("/dev/sda1")
                .with("--key", "/dev/sda1:key:secret-word")
                .result();
        assertThat(wrong.status()).isEqualTo(1);
        assertThat(wrong.errors())
                .contains("/dev/sda1", "No key that was given fits")
                .doesNotContain("secret-word");

        Command.Result missing = guestmount("o").device("/dev/inner/root").result();
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.errors())
                .contains("/dev/inner/root: there is no such device")
                .contains("give --key /dev/sda1:file:FILE");
    }

    /** What an editor adds at a file's end is no part of a passphrase, and what else there is need not be opened. */
    @Test
    void passphrasesComeFromFilesAndStandardInput() throws IOException {
        Path file = Files.writeString(WORKSPACE.folder().resolve("passphrase"), "third\n");
        Mount byFile = guestmount("om")
                .device("/dev/inner/root")
                .with("--key", "/dev/sda1:file:" + file)
                .readOnly()
                .mount();
        assertHoldsTheTree(byFile.root());
        byFile.unmount();

        Mount byInput = guestmount("n")
                .device("/dev/sda")
                .with("--keys-from-stdin")
                .reading("no such passphrase\nsecond\n")
                .readOnly()
                .mount();
        assertHoldsTheTree(byInput.root());
    }

    @Test
    void aPassphraseIsAskedForAtTheTerminalWithoutEcho() throws IOException {
        Mount mount = guestmount("n").device("/dev/sda").readOnly().mountAnswering("wrong", "second");

        assertThat(mount.launch().output())
                .contains("Passphrase of /dev/sda (crypto_LUKS)", "It does not fit")
                .doesNotContain("wrong", "second");
        assertHoldsTheTree(mount.root());
    }

    /** Argon2 takes more memory here than the guest has. */
    @Test
    void memoryIsAddedForAKeyThatTakesMore() {
        Mount mount = guestmount("v")
                .device("/dev/sda")
                .with("--key", "all:key:sixth")
                .readOnly()
                .mount();

        assertHoldsTheTree(mount.root());
    }

    @Test
    void aMistakenNameIsAnsweredWithWhatThereIs() {
        Command.Result mistaken = guestmount("bct").device("/dev/vg-a/rot").result();

        assertThat(mistaken.status()).isEqualTo(1);
        assertThat(mistaken.errors())
                .contains("/dev/vg-a/root (ext4)", "/dev/vg-a/thin (ext4)")
                .contains("/dev/sda (LVM2_member), which cannot be mounted as it is")
                .doesNotContain("pool", "rimage");
    }

    @Test
    void subvolumesAreNamed() {
        Command.Result mistaken = guestmount("tu").device("/dev/sdc").result();

        assertThat(mistaken.errors()).contains("/dev/sda:/:subvol=root", "/dev/sda:/:subvol=home dir");
    }
}
