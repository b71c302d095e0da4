package org.guestmount.core.drive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Qcow2TruncationTest {
    @TempDir
    Path folder;

    private QemuImgCommand qemuImg;
    private Path image;

    @BeforeEach
    void setUp() {
        qemuImg = new QemuImgCommand(folder);
        image = folder.resolve("a.qcow2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cluster_size=65536",
                "cluster_size=512",
                "cluster_size=2097152",
                "refcount_bits=1",
                "refcount_bits=64",
                "compat=0.10",
                "extended_l2=on,cluster_size=131072",
                "preallocation=metadata",
                "preallocation=full"
            })
    void acceptsWholeImagesAndNoticesOnesCutShort(String options) throws Exception {
        qemuImg.run("create", "-q", "-f", "qcow2", "-o", options, "a.qcow2", "16M");
        qemuImg.io("-c", "write -P 1 0 3M", "-c", "write -P 2 9M 1M", "-c", "flush", "a.qcow2");
        assertThat(isTruncated()).isFalse();

        cutTo(Files.size(image) / 2);

        assertThat(isTruncated()).isTrue();
    }

    @Test
    void acceptsCompressedClusters() throws Exception {
        qemuImg.run("create", "-q", "-f", "raw", "raw.img", "4M");
        qemuImg.io("-f", "raw", "-c", "write -P 7 1M 2M", "raw.img");
        qemuImg.run("convert", "-c", "-f", "raw", "-O", "qcow2", "raw.img", "a.qcow2");
        assertThat(isTruncated()).isFalse();

        cutTo(Files.size(image) - 65536);

        assertThat(isTruncated()).isTrue();
    }

    @Test
    void acceptsAClusterThatWasCountedAndNotWrittenBeforeACrash() throws Exception {
        qemuImg.run("create", "-q", "-f", "qcow2", "a.qcow2", "16M");
        qemuImg.io("-c", "write -P 1 0 64k", "a.qcow2");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            long refcountBlock = 2 * 65536;
            file.seek(refcountBlock + 2 * (file.length() / 65536 + 5));
            file.writeShort(1);
        }

        assertThat(isTruncated()).isFalse();
    }

    @Test
    void noticesAFileThatHasOnlyTheHeader() throws Exception {
        qemuImg.run("create", "-q", "-f", "qcow2", "a.qcow2", "16M");

        cutTo(512);

        assertThat(isTruncated()).isTrue();
    }

    private void cutTo(long size) throws Exception {
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    private boolean isTruncated() throws Exception {
        try (ImageBytes bytes = new FileBytes(image)) {
            ImageReader reader = new ImageReader(bytes);
            return Qcow2Truncation.isTruncated(reader, Qcow2Header.read(reader));
        }
    }
}
