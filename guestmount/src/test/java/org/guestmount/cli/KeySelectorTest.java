package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.guestmount.core.machine.DetectedFilesystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeySelectorTest {
    @TempDir
    Path folder;

    private KeySelector parse(String selector) {
        return KeySelector.parse(selector, folder);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aKeyMayHaveColonsAndIsNotShown() throws UserException {
        KeySelector selector = parse("/dev/sda2:key:pass:w\u00f6rd");

        assertThat(selector.keys()).containsExactly(bytes("pass:w\u00f6rd"));
        assertThat(selector.toString()).doesNotContain("pass");
    }

    @Test
    void aFileIsTriedWholeAndThenWithoutItsLastNewline() throws Exception {
        Path file = Files.write(folder.resolve("a:b"), bytes("two\nlines\n"));

        assertThat(parse("all:file:a:b").keys()).containsExactly(bytes("two\nlines\n"), bytes("two\nlines"));
        Files.write(file, new byte[] {1, 0, 2});
        assertThat(parse("all:file:" + file).keys()).containsExactly(new byte[] {1, 0, 2});
        Files.write(file, new byte[0]);
        assertThatThrownBy(() -> parse("all:file:" + file).keys())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("nothing in it");
        assertThatThrownBy(() -> parse("all:file:missing").keys())
                .isInstanceOf(UserException.class)
                .hasMessageContaining(folder.resolve("missing").toString());
    }

    @Test
    void clevisTakesNoValueAndHasNoKeyByItself() {
        KeySelector selector = parse("/dev/sda2:clevis");

        assertThat(selector.isClevis()).isTrue();
        assertThat(selector.id()).isEqualTo("/dev/sda2");
        assertThatThrownBy(selector::keys).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "/dev/sda2, true",
        "/dev/vda2, true",
        "/dev/sda3, false",
        "6A5F-11, true",
        "6a5f-12, false",
        "all, true",
        "ALL, false"
    })
    void anIdIsADeviceAUuidOrAll(String id, boolean matches) {
        DetectedFilesystem volume = new DetectedFilesystem("/dev/sda2", "crypto_LUKS", null, "6a5f-11", 1, false);

        assertThat(parse(id + ":key:x").matches(volume)).isEqualTo(matches);
    }

    @Test
    void aLogicalVolumeHasBothItsNames() {
        DetectedFilesystem volume = new DetectedFilesystem("/dev/vg-a/lv", "crypto_LUKS", null, null, 1, false);

        assertThat(parse("/dev/mapper/vg--a-lv:key:x").matches(volume)).isTrue();
        assertThat(parse("/dev/vg-a/lv:key:x").matches(volume)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "/dev/sda2, incomplete",
        "'', must begin with",
        ":key:secret, must begin with",
        "all:key, incomplete",
        "all:key:, incomplete",
        "all:word:secret, must be key",
        "all:fd:secret, descriptor's number",
        "all:clevis:secret, nothing may follow"
    })
    void mistakesAreSaidWithoutTheKey(String selector, String message) {
        assertThatThrownBy(() -> parse(selector))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("--key")
                .hasMessageContaining(message)
                .hasMessageNotContaining("secret");
    }

    @Test
    void linesOfStandardInputArePassphrases() {
        assertThat(Keys.split(bytes("one\n\ntwo words\nlast")))
                .containsExactly(bytes("one"), bytes("two words"), bytes("last"));
    }

    @Test
    void aTerminalIsKnownByItsNumber() {
        assertThat(Terminal.device(0)).isNull();
        assertThat(Terminal.device(136 << 8 | 3)).isEqualTo(Path.of("/dev/pts/3"));
        assertThat(Terminal.device(137 << 8 | 1)).isEqualTo(Path.of("/dev/pts/257"));
        assertThat(Terminal.device(4 << 8 | 1)).isEqualTo(Path.of("/dev/tty1"));
        assertThat(Terminal.device(4 << 8 | 65)).isEqualTo(Path.of("/dev/ttyS1"));
        assertThat(Terminal.device(8 << 8)).isNull();
    }
}
