package org.guestmount.appliance.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelImageTest {
    @TempDir
    private Path folder;

    @Test
    void readsTheRelease() throws IOException {
        Path image = FakeKernel.write(folder.resolve("vmlinuz"), "6.1.0-9-amd64", new byte[10]);

        assertThat(KernelImage.open(image).release()).isEqualTo("6.1.0-9-amd64");
    }

    @Test
    void refusesWhatIsNoKernel() throws IOException {
        Path file = Files.write(folder.resolve("other"), new byte[10_000]);

        assertThatThrownBy(() -> KernelImage.open(file)).hasMessageContaining("not a Linux kernel");
    }

    @Test
    void unpacksAKernelThatQemuCanStartWithoutItsTrailingZeros() throws IOException {
        byte[] vmlinux = FakeKernel.vmlinux(true, 5000);
        Path image = FakeKernel.write(folder.resolve("vmlinuz"), "6.1", vmlinux);
        Path target = folder.resolve("vmlinux");

        assertThat(KernelImage.open(image).unpack(target)).isTrue();

        ByteBuffer unpacked = ByteBuffer.wrap(Files.readAllBytes(target)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(unpacked.limit()).isEqualTo(vmlinux.length - 5000 - 100);
        assertThat(unpacked.getLong(64 + 0x20))
                .as("size of the segment in the file")
                .isEqualTo(unpacked.limit());
        assertThat(unpacked.getShort(0x3C)).as("number of sections").isZero();
    }

    @Test
    void leavesAKernelThatQemuCannotStart() throws IOException {
        Path image = FakeKernel.write(folder.resolve("vmlinuz"), "6.1", FakeKernel.vmlinux(false, 0));

        assertThat(KernelImage.open(image).unpack(folder.resolve("vmlinux"))).isFalse();
        assertThat(folder.resolve("vmlinux")).doesNotExist();
    }
}
