package org.guestmount.core.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether pieces are found, and joined for QEMU as they were: qemu-img is asked for the whole. */
class SplitImageTest {
    private static final int PIECE = 1 << 20;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    private final byte[] whole = new byte[2 * PIECE + 1536];
    private QemuImgCommand qemuImg;

    @BeforeEach
    void split() throws IOException {
        qemuImg = new QemuImgCommand(folder);
        new Random(1).nextBytes(whole);
        write("it's \"a\" disk");
    }

    private void write(String name) throws IOException {
        for (int i = 0; i < 3; i++) {
            Files.write(
                    folder.resolve(name + ".00" + (i + 1)),
                    Arrays.copyOfRange(whole, i * PIECE, Math.min((i + 1) * PIECE, whole.length)));
        }
    }

    @Test
    void thePiecesAreOneDiskToQemu() throws Exception {
        Files.write(folder.resolve("whole"), whole);

        DriveImage image = probe("it's \"a\" disk.001");

        assertThat(image.format()).isEqualTo(DriveFormat.RAW);
        assertThat(image.virtualSizeBytes()).isEqualTo(whole.length);
        qemuImg.run("convert", "-O", "raw", "json:" + image.sharedNode(), "copy");
        assertThat(folder.resolve("copy")).hasBinaryContent(whole);
    }

    @Test
    void theFormatIsThatOfTheWhole() throws Exception {
        qemuImg.run("create", "-q", "-f", "qcow2", "a", "5G");
        byte[] bytes = Files.readAllBytes(folder.resolve("a"));
        int half = 96 << 10;
        Files.write(folder.resolve("a.0001"), Arrays.copyOf(bytes, half));
        Files.write(folder.resolve("a.0002"), Arrays.copyOfRange(bytes, half, 2 * half));
        Files.write(folder.resolve("a.0003"), Arrays.copyOfRange(bytes, 2 * half, bytes.length));

        DriveImage image = probe("a.0001");

        assertThat(image.format()).isEqualTo(DriveFormat.QCOW2);
        assertThat(image.virtualSizeBytes()).isEqualTo(5L << 30);
        qemuImg.run("check", "-q", "json:" + image.sharedNode());
    }

    @Test
    void aLoneFirstPieceIsAWholeDisk() throws Exception {
        Files.write(folder.resolve("lone.001"), new byte[PIECE]);

        assertThat(probe("lone.001").storage()).isInstanceOf(ImageFile.class);
        assertThat(probe("it's \"a\" disk.002").storage()).isInstanceOf(ImageFile.class);
    }

    @Test
    void piecesThatAreNotOfOneImageAreRefused() throws Exception {
        write("gap");
        Files.write(folder.resolve("gap.002"), new byte[PIECE - 512]);
        assertThatThrownBy(() -> probe("gap.001"))
                .hasMessageContaining("gap.002 has " + (PIECE - 512) + " bytes rather than " + PIECE);

        write("missing");
        Files.move(folder.resolve("missing.003"), folder.resolve("missing.004"));
        assertThatThrownBy(() -> probe("missing.001"))
                .hasMessageContaining("missing.003 is missing, for there is " + folder.resolve("missing.004"));
    }

    private DriveImage probe(String name) throws Exception {
        return Probes.of(scratch).probe(new Drive(folder.resolve(name), null, true, null));
    }
}
