package org.guestmount.appliance.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitramfsTest {
    private static Initramfs sample() {
        return new Initramfs()
                .text("etc/deep/config", "hello\n")
                .program("init", () -> "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8))
                .symlink("bin", "/usr/bin")
                .characterDevice("dev/console", 5, 1)
                .folder("proc");
    }

    @Test
    void holdsWhatWasAdded() throws IOException {
        Map<String, CpioArchiveEntry> entries = new HashMap<>();
        Map<String, String> contents = new HashMap<>();
        read(archive(sample()), entries, contents);

        assertThat(contents)
                .containsEntry("etc/deep/config", "hello\n")
                .containsEntry("init", "#!/bin/sh\n")
                .containsEntry("bin", "/usr/bin");
        assertThat(entry(entries, "bin").isSymbolicLink()).isTrue();
        assertThat(entry(entries, "init").getMode() & 07777).isEqualTo(0755);
        assertThat(entry(entries, "etc/deep/config").getMode() & 07777).isEqualTo(0644);
        assertThat(entry(entries, "dev/console").isCharacterDevice()).isTrue();
        assertThat(entry(entries, "dev/console").getRemoteDeviceMaj()).isEqualTo(5);
        assertThat(entry(entries, "dev/console").getRemoteDeviceMin()).isEqualTo(1);
        assertThat(entries.values()).allMatch(entry -> entry.getUID() == 0 && entry.getGID() == 0);
        assertThat(entries.values()).allMatch(entry -> entry.getTime() == Initramfs.TIME);
    }

    @Test
    void everyFolderComesBeforeWhatIsInIt() throws IOException {
        List<String> names = read(archive(sample()), new HashMap<>(), new HashMap<>());

        assertThat(names)
                .containsSubsequence("etc", "etc/deep", "etc/deep/config")
                .contains("dev", "proc");
        assertThat(names).doesNotHaveDuplicates();
    }

    @Test
    void theSameContentsGiveTheSameBytesInWhateverOrderTheyWereAdded() throws IOException {
        byte[] one = archive(new Initramfs().text("a/b", "1").text("c", "2"));
        byte[] other = archive(new Initramfs().text("c", "2").text("a/b", "1"));

        assertThat(one).isEqualTo(other);
    }

    @Test
    void isCompressedWithZstd(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("initramfs");
        sample().write(file);

        try (ZstdInputStream in = new ZstdInputStream(Files.newInputStream(file))) {
            assertThat(in.readAllBytes()).isEqualTo(archive(sample()));
        }
    }

    private static byte[] archive(Initramfs tree) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        tree.writeArchive(out);
        return out.toByteArray();
    }

    private static CpioArchiveEntry entry(Map<String, CpioArchiveEntry> entries, String name) {
        CpioArchiveEntry entry = entries.get(name);
        if (entry == null) {
            throw new AssertionError(name + " is not in the archive");
        }
        return entry;
    }

    private static List<String> read(
            byte[] archive, Map<String, CpioArchiveEntry> entries, Map<String, String> contents) throws IOException {
        List<String> names = new ArrayList<>();
        try (CpioArchiveInputStream in = new CpioArchiveInputStream(new ByteArrayInputStream(archive))) {
            for (CpioArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                names.add(entry.getName());
                entries.put(entry.getName(), entry);
                contents.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return names;
    }
}
