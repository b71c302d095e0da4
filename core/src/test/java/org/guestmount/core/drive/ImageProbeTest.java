package org.guestmount.core.drive;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageProbeTest {
    private static final long MEBIBYTE = 1 << 20;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    private QemuImgCommand qemuImg;

    @BeforeEach
    void realPath() throws IOException {
        folder = folder.toRealPath();
        qemuImg = new QemuImgCommand(folder);
    }

    @ParameterizedTest
    @CsvSource({
        "a.img,raw",
        "a.qcow2,qcow2",
        "a.qcow,qcow",
        "a.qed,qed",
        "a.vmdk,vmdk",
        "a.vdi,vdi",
        "a.vhdx,vhdx",
        "a.vhd,vpc",
        "a.hdd,parallels",
        "unnamed-qcow2,qcow2",
        "unnamed-vdi,vdi",
        "unnamed-vpc,vpc",
        "unnamed-qed,qed"
    })
    void detectsWhatQemuImgMakes(String name, String format) throws Exception {
        qemuImg.run("create", "-q", "-f", format, name, "64M");

        DriveImage image = probe(name, null);

        assertThat(image.format().driver()).isEqualTo(format);
        assertThat(image.virtualSizeBytes()).isBetween(64 * MEBIBYTE, 65 * MEBIBYTE);
        assertThat(image.backing()).isNull();
    }

    @Test
    void detectsAVhdOfFixedSizeByItsFooterIfItsNameAgrees() throws Exception {
        qemuImg.run("create", "-q", "-f", "vpc", "-o", "subformat=fixed,force_size=on", "a.vhd", "4M");
        Files.copy(folder.resolve("a.vhd"), folder.resolve("disk.img"));

        assertThat(probe("a.vhd", null).format()).isEqualTo(DriveFormat.VPC);
        assertThat(probe("disk.img", null).format()).isEqualTo(DriveFormat.RAW);
    }

    @Test
    void roundsTheLengthOfARawDiskUpToASector() throws Exception {
        Files.write(folder.resolve("a.img"), new byte[1000]);

        assertThat(probe("a.img", null).virtualSizeBytes()).isEqualTo(1024);
    }

    @Test
    void followsABackingChainOfRecordedFormats() throws Exception {
        qemuImg.run("create", "-q", "-f", "raw", "base.dat", "8M");
        qemuImg.run("create", "-q", "-f", "qcow2", "-b", "base.dat", "-F", "raw", "middle.snap");
        qemuImg.run("create", "-q", "-f", "qcow2", "-b", "middle.snap", "-F", "qcow2", "top.qcow2");

        DriveImage top = probe("top.qcow2", null);

        assertThat(top)
                .isEqualTo(new DriveImage(
                        new ImageFile(folder.resolve("top.qcow2"), false),
                        DriveFormat.QCOW2,
                        8 * MEBIBYTE,
                        null,
                        new DriveImage(
                                new ImageFile(folder.resolve("middle.snap"), false),
                                DriveFormat.QCOW2,
                                8 * MEBIBYTE,
                                null,
                                new DriveImage(
                                        new ImageFile(folder.resolve("base.dat"), false),
                                        DriveFormat.RAW,
                                        8 * MEBIBYTE,
                                        null,
                                        null))));
    }

    @Test
    void findsARelativeBackingFileBesideTheImageThatALinkLeadsTo() throws Exception {
        Files.createDirectory(folder.resolve("images"));
        qemuImg.run("create", "-q", "-f", "raw", "images/base.img", "8M");
        qemuImg.run("create", "-q", "-f", "qcow2", "-b", "base.img", "-F", "raw", "images/top.qcow2");
        Files.createSymbolicLink(folder.resolve("link.qcow2"), Path.of("images/top.qcow2"));

        DriveImage backing = requireNonNull(probe("link.qcow2", null).backing());

        assertThat(backing.storage()).hasToString("" + folder.resolve("images/base.img"));
    }

    @ParameterizedTest
    @CsvSource({"disk.img,qcow2", "disk,qcow2", "disk.qcow2.bak,qcow2", "disk.vmdk,qcow2", "disk.img,qed"})
    void doesNotFollowABackingFileOfADiskNotSaidToBeInThatFormat(String name, String format) throws Exception {
        forgeBacking(name, format, "/etc/passwd");

        assertThatThrownBy(() -> probe(name, null))
                .isInstanceOf(DriveException.class)
                .hasMessageStartingWith(folder.resolve(name) + ": looks like a " + format + " image that refers to"
                        + " another file, /etc/passwd.")
                .hasMessageContaining("add --format=" + format)
                .hasMessageContaining("--format=raw");
    }

    @Test
    void followsABackingFileIfTheUserStatesTheFormat() throws Exception {
        qemuImg.run("create", "-q", "-f", "raw", "base.img", "8M");
        forgeBacking("disk.img", "qcow2", "base.img");

        assertThat(probe("disk.img", "qcow2").backing()).isNotNull();
    }

    @Test
    void takesAForgedHeaderForDataIfTheUserSaysRaw() throws Exception {
        forgeBacking("disk.img", "qcow2", "/etc/passwd");

        assertThat(probe("disk.img", "raw").format()).isEqualTo(DriveFormat.RAW);
    }

    @Test
    void doesNotFollowWhatADetectedBackingFileRefersTo() throws Exception {
        qemuImg.run("create", "-q", "-f", "raw", "secret.img", "8M");
        forgeBacking("base.img", "qcow2", "secret.img");
        qemuImg.run("create", "-q", "-f", "qcow2", "-u", "-b", "base.img", "-F", "raw", "top.qcow2", "8M");
        forgetBackingFormat(folder.resolve("top.qcow2"));

        assertThatThrownBy(() -> probe("top.qcow2", null))
                .isInstanceOf(DriveException.class)
                .hasMessageStartingWith(folder.resolve("base.img") + ": looks like a qcow2 image");
    }

    @Test
    void takesARecordedRawBackingFileForDataWhateverItLooksLike() throws Exception {
        forgeBacking("base.img", "qcow2", "/etc/passwd");
        qemuImg.run("create", "-q", "-f", "qcow2", "-u", "-b", "base.img", "-F", "raw", "top.qcow2", "8M");

        DriveImage backing = requireNonNull(probe("top.qcow2", null).backing());

        assertThat(backing.format()).isEqualTo(DriveFormat.RAW);
    }

    @ParameterizedTest
    @CsvSource({"nbd://localhost/x", "'json:{\"driver\":\"file\",\"filename\":\"/etc/passwd\"}'", "ssh:x", "fat:/etc"})
    void refusesABackingFileThatIsNotAFile(String backing) throws Exception {
        forgeBacking("top.qcow2", "qcow2", backing);

        assertThatThrownBy(() -> probe("top.qcow2", null))
                .isInstanceOf(DriveException.class)
                .hasMessageContaining("its backing file is '" + backing + "'");
    }

    @Test
    void namesBothFilesIfABackingFileIsMissing() throws Exception {
        forgeBacking("top.qcow2", "qcow2", "base.img");

        assertThatThrownBy(() -> probe("top.qcow2", null))
                .isInstanceOf(DriveException.class)
                .hasMessage(folder.resolve("top.qcow2") + ": its backing file " + folder.resolve("base.img")
                        + ": does not exist");
    }

    @Test
    void noticesAChainThatLoops() throws Exception {
        forgeBacking("a.qcow2", "qcow2", "b.qcow2");
        forgeBacking("b.qcow2", "qcow2", "a.qcow2");

        assertThatThrownBy(() -> probe("a.qcow2", null))
                .isInstanceOf(DriveException.class)
                .hasMessageContaining("never ends");
    }

    @Test
    void findsTheDataFileOfAnImageOfOnlyMetadata() throws Exception {
        qemuImg.run("create", "-q", "-f", "qcow2", "-o", "data_file=data.raw", "a.qcow2", "8M");
        Files.copy(folder.resolve("a.qcow2"), folder.resolve("a.img"));

        assertThat(probe("a.qcow2", null).data()).hasToString("" + folder.resolve("data.raw"));
        assertThatThrownBy(() -> probe("a.img", null)).isInstanceOf(DriveException.class);
    }

    @Test
    void followsTheExtentsOfAVmdkOnlyIfItsNameSaysSo() throws Exception {
        qemuImg.run("create", "-q", "-f", "vmdk", "-o", "subformat=twoGbMaxExtentFlat", "a.vmdk", "4M");
        Files.copy(folder.resolve("a.vmdk"), folder.resolve("a.img"));

        assertThat(probe("a.vmdk", null).virtualSizeBytes()).isEqualTo(4 * MEBIBYTE);
        assertThatThrownBy(() -> probe("a.img", null))
                .isInstanceOf(DriveException.class)
                .hasMessageContaining("a-f001.vmdk");

        Files.delete(folder.resolve("a-f001.vmdk"));
        assertThatThrownBy(() -> probe("a.vmdk", null))
                .isInstanceOf(DriveException.class)
                .hasMessageContaining("its extent " + folder.resolve("a-f001.vmdk") + ": does not exist");
    }

    @Test
    void followsTheParentOfAVmdk() throws Exception {
        qemuImg.run("create", "-q", "-f", "vmdk", "base.vmdk", "4M");
        qemuImg.run("create", "-q", "-f", "vmdk", "-b", "base.vmdk", "-F", "vmdk", "top.vmdk");

        DriveImage backing = requireNonNull(probe("top.vmdk", null).backing());

        assertThat(backing.storage()).hasToString("" + folder.resolve("base.vmdk"));
        assertThat(backing.format()).isEqualTo(DriveFormat.VMDK);
    }

    @Test
    void saysWhatIsWrongWithAPathThatIsNoImage() throws Exception {
        Files.createFile(folder.resolve("empty.img"));
        Files.createSymbolicLink(folder.resolve("dangling.img"), Path.of("nowhere"));

        assertThatThrownBy(() -> probe("missing.img", null))
                .hasMessage(folder.resolve("missing.img") + ": does not exist");
        assertThatThrownBy(() -> probe("dangling.img", null)).hasMessageContaining("symbolic link to nothing");
        assertThatThrownBy(() -> probe(".", null)).hasMessageContaining("is a directory, not a disk image");
        assertThatThrownBy(() -> probe("empty.img", null)).hasMessageEndingWith("is empty");
        assertThatThrownBy(() -> probe("/dev/null", null)).hasMessageContaining("neither a file nor a block device");
    }

    @Test
    void refusesAFormatItDoesNotKnowOrTheFileDoesNotHave() throws Exception {
        Files.write(folder.resolve("a.img"), new byte[1024]);

        assertThatThrownBy(() -> probe("a.img", "qcow3"))
                .isInstanceOf(DriveException.class)
                .hasMessageContaining("unknown format 'qcow3'; known are raw, qcow2,");
        assertThatThrownBy(() -> probe("a.img", "qcow2"))
                .isInstanceOf(DriveException.class)
                .hasMessageContaining("is not in qcow2 format; it looks like raw");
    }

    @Test
    void doesNotTakeADamagedImageForARawDisk() throws Exception {
        Files.write(folder.resolve("a.qcow2"), new byte[4096]);

        assertThatThrownBy(() -> probe("a.qcow2", null))
                .isInstanceOf(DriveException.class)
                .hasMessageContaining("is named as a qcow2 image and is none");
    }

    @Test
    void quotesQemuOnADamagedImageOfAnotherFormat() throws Exception {
        qemuImg.run("create", "-q", "-f", "vdi", "a.vdi", "4M");
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("a.vdi").toFile(), "rw")) {
            file.seek(0x44);
            file.writeInt(-1);
        }

        assertThatThrownBy(() -> probe("a.vdi", null))
                .isInstanceOf(DriveException.class)
                .hasMessageStartingWith(folder.resolve("a.vdi") + ": ")
                .hasMessageNotContaining("json:")
                .hasMessageNotContaining("qemu-img");
    }

    private DriveImage probe(String name, @Nullable String format) throws DriveException, InterruptedException {
        return Probes.of(scratch).probe(new Drive(folder.resolve(name).normalize(), format, true, null));
    }

    private void forgeBacking(String name, String format, String backing) throws Exception {
        qemuImg.run("create", "-q", "-f", format, "-u", "-b", backing, "-F", "raw", name, "8M");
        if (format.equals("qcow2")) {
            forgetBackingFormat(folder.resolve(name));
        }
    }

    /** Overwrites the type of the extension that records the backing file's format with one that is unknown. */
    private static void forgetBackingFormat(Path image) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            for (int at = 72; at < 4096; at += 4) {
                file.seek(at);
                if (file.readInt() == 0xE2792ACA) {
                    file.seek(at);
                    file.writeInt(0x12345678);
                    return;
                }
            }
        }
        throw new IOException("no backing format recorded");
    }
}
