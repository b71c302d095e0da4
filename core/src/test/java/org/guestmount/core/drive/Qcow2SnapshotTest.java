package org.guestmount.core.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether QEMU reads through the description of a snapshot what was there when it was taken. */
class Qcow2SnapshotTest {
    private static final int MEBIBYTE = 1 << 20;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    private QemuImgCommand qemuImg;

    @BeforeEach
    void start() {
        qemuImg = new QemuImgCommand(folder);
    }

    private void fill(int value) throws Exception {
        byte[] bytes = new byte[2 * MEBIBYTE];
        Arrays.fill(bytes, (byte) value);
        Files.write(folder.resolve("raw"), bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"compat=v3", "compat=0.10", "cluster_size=512", "cluster_size=2M", "extended_l2=on"})
    void eachStateIsRead(String options) throws Exception {
        fill(1);
        qemuImg.run("convert", "-f", "raw", "-O", "qcow2", "-o", options, "raw", "a.qcow2");
        qemuImg.run("snapshot", "-c", "first", "a.qcow2");
        fill(2);
        qemuImg.run("convert", "-n", "-f", "raw", "-O", "qcow2", "raw", "a.qcow2");
        qemuImg.run("snapshot", "-c", "two words", "a.qcow2");
        fill(3);
        qemuImg.run("convert", "-n", "-f", "raw", "-O", "qcow2", "raw", "a.qcow2");

        assertThat(content("first")).containsOnly(1).hasSize(2 * MEBIBYTE);
        assertThat(content("two words")).containsOnly(2).hasSize(2 * MEBIBYTE);
        assertThat(content("1")).containsOnly(1);
        assertThat(content(null)).containsOnly(3);
    }

    @Test
    void aDiskThatHasGrownSinceIsAsLongAsItWas() throws Exception {
        fill(1);
        qemuImg.run("convert", "-f", "raw", "-O", "qcow2", "raw", "a.qcow2");
        qemuImg.run("snapshot", "-c", "small", "a.qcow2");
        qemuImg.run("resize", "-q", "-f", "qcow2", "a.qcow2", "3M");

        assertThat(probe("a.qcow2", "small").virtualSizeBytes()).isEqualTo(2 * MEBIBYTE);
        assertThat(content("small")).containsOnly(1).hasSize(2 * MEBIBYTE);
    }

    @Test
    void whatLiesBelowIsBelowTheSnapshotToo() throws Exception {
        fill(1);
        qemuImg.run("create", "-q", "-f", "qcow2", "-b", "raw", "-F", "raw", "a.qcow2");
        qemuImg.run("snapshot", "-c", "empty", "a.qcow2");

        assertThat(content("empty")).containsOnly(1).hasSize(2 * MEBIBYTE);
    }

    @Test
    void aSnapshotThatIsNotThereIsNamedWithThoseThatAre() throws Exception {
        qemuImg.run("create", "-q", "-f", "qcow2", "a.qcow2", "1M");
        assertThatThrownBy(() -> probe("a.qcow2", "x"))
                .isInstanceOf(DriveException.class)
                .hasMessageEndingWith("a.qcow2: it has no snapshot 'x'; it has none at all");

        qemuImg.run("snapshot", "-c", "first", "a.qcow2");
        assertThatThrownBy(() -> probe("a.qcow2", "x"))
                .hasMessageEndingWith("it has no snapshot 'x'; there are 'first'");
    }

    @Test
    void otherFormatsHaveNone() throws Exception {
        Files.write(folder.resolve("a.img"), new byte[MEBIBYTE]);

        assertThatThrownBy(() -> probe("a.img", "x"))
                .isInstanceOf(DriveException.class)
                .hasMessageContaining("in qcow2 files only");
    }

    private byte[] content(@Nullable String snapshot) throws Exception {
        Files.deleteIfExists(folder.resolve("copy"));
        qemuImg.run("convert", "-O", "raw", "json:" + probe("a.qcow2", snapshot).sharedNode(), "copy");
        return Files.readAllBytes(folder.resolve("copy"));
    }

    private DriveImage probe(String name, @Nullable String snapshot) throws Exception {
        return Probes.of(scratch).probe(new Drive(new LocalImage(folder.resolve(name)), null, snapshot, true, null));
    }
}
