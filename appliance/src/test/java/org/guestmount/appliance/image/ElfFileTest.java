package org.guestmount.appliance.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfFileTest {
    @TempDir
    private Path folder;

    @Test
    void readsWhatTheLoaderWouldRead() throws IOException {
        Path file = new FakeElf()
                .interpreter("/lib64/ld.so")
                .needs("libone.so.1")
                .needs("libtwo.so")
                .searches("$ORIGIN/../lib:/opt/lib")
                .write(folder.resolve("program"));

        ElfFile elf = ElfFile.read(file);

        assertThat(elf.machine()).isEqualTo(FakeElf.X86_64);
        assertThat(elf.interpreter()).isEqualTo("/lib64/ld.so");
        assertThat(elf.needed()).containsExactly("libone.so.1", "libtwo.so");
        assertThat(elf.searchPath()).containsExactly("$ORIGIN/../lib", "/opt/lib");
    }

    @Test
    void readsARealLibrary() throws IOException {
        Path jvm = Path.of(System.getProperty("java.home"), "lib/server/libjvm.so");

        assertThat(ElfFile.read(jvm).needed()).anyMatch(name -> name.startsWith("libc."));
        assertThat(ElfFile.read(jvm).interpreter()).isNull();
    }

    @Test
    void refusesWhatIsNotElf() throws IOException {
        Path script = Files.writeString(folder.resolve("script"), "#!/bin/sh\n" + "echo\n".repeat(20));

        assertThatThrownBy(() -> ElfFile.read(script))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a");
    }

    @Test
    void refusesEveryTruncation() throws IOException {
        byte[] whole = new FakeElf().needs("libone.so.1").bytes();
        for (int length = 0; length < whole.length - 16; length++) {
            Path file = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));

            assertThatThrownBy(() -> ElfFile.read(file)).as("%d bytes", length).isInstanceOf(IOException.class);
        }
    }

    @Test
    void failsWithNothingButAnIoExceptionOnDamage() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        byte[] whole =
                new FakeElf().interpreter("/lib/ld.so").needs("libone.so.1").bytes();
        for (int round = 0; round < 500; round++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i < 4; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                ElfFile.read(Files.write(folder.resolve("damaged"), damaged));
            } catch (IOException expected) {
                assertThat(expected).hasMessageContaining("damaged");
            }
        }
    }
}
