package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationFilesTest {
    @TempDir
    private Path folder;

    private boolean readOnly(String text) throws IOException, UserException {
        Path file = Files.writeString(folder.resolve("conf"), text);
        return new ConfigurationFiles(List.of(folder.resolve("missing"), file)).readOnly();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "read_only = true;",
                "read_only=TRUE",
                "\n\t read_only : True ,\n",
                "# why\nread_only = true; // because\n/* and\n so on */",
                "/* read_only = false; */ read_only /*here*/ = /*too*/ true;#",
                "read_only = false;\nread_only = true;",
            })
    void whatLibconfigReadsAsTrueIsTrue(String text) throws IOException, UserException {
        assertThat(readOnly(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "\n \n", "# read_only = true;", "read_only = false;", "read_only = true; read_only = FALSE"})
    void otherwiseMountsAreWritable(String text) throws IOException, UserException {
        assertThat(readOnly(text)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "readonly = true;|1: there is no setting readonly; the only one is read_only",
                "read_only = 1;|1: read_only must be true or false, not 1",
                "read_only = \"true\";|1: read_only must be true or false, not \"true\"",
                "read_only|1: not a setting; write read_only = true;",
                "read_only = ;|1: not a setting; write read_only = true;",
                "/*x*/= true|1: not a setting; write read_only = true;",
                "read_only = true; /* unended|1: not a setting; write read_only = true;",
            })
    void mistakesAreNamedWithTheirFileAndLine(String text, String message) {
        assertThatThrownBy(() -> readOnly(text))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve("conf") + ":" + message);
        assertThatThrownBy(() -> readOnly("# one\n/* two\n three */ read_only = true;\n" + text))
                .hasMessage(folder.resolve("conf") + ":" + message.replaceFirst("1", "4"));
    }

    @Test
    void manyCommentsAreNoTrouble() throws IOException, UserException {
        assertThat(readOnly("# x\n/* y */\n".repeat(20_000) + "read_only = true;"))
                .isTrue();
    }

    @Test
    void filesAreReadInTheOriginalsOrderAndTheLastCounts() throws IOException, UserException {
        Map<String, String> environment = Map.of(
                "HOME",
                folder.resolve("home").toString(),
                "XDG_CONFIG_DIRS",
                folder.resolve("first") + ":relative:" + folder.resolve("second"));
        List<String> order = List.of(
                "second/libguestfs/libguestfs-tools.conf",
                "first/libguestfs/libguestfs-tools.conf",
                "home/.libguestfs-tools.rc",
                "home/.config/libguestfs/libguestfs-tools.conf");
        boolean value = true;
        for (String name : order) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "read_only = " + value + ";");

            assertThat(ConfigurationFiles.of(environment).readOnly()).as(name).isEqualTo(value);

            value = !value;
        }
    }

    @Test
    void theUsersFolderOfSettingsMayBeAnother() throws IOException, UserException {
        Path file = Files.createDirectories(folder.resolve("libguestfs")).resolve("libguestfs-tools.conf");
        Files.writeString(file, "read_only = true;");
        String none = folder.resolve("none").toString();

        assertThat(ConfigurationFiles.of(Map.of("XDG_CONFIG_DIRS", none, "XDG_CONFIG_HOME", folder.toString()))
                        .readOnly())
                .isTrue();
        assertThat(ConfigurationFiles.of(Map.of("XDG_CONFIG_DIRS", none, "XDG_CONFIG_HOME", "relative"))
                        .readOnly())
                .isFalse();
    }
}
