package org.guestmount.appliance.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModuleTreeTest {
    @TempDir
    private Path folder;

    private ModuleTree tree;

    @BeforeEach
    void readTree() throws IOException {
        Files.writeString(folder.resolve("modules.dep"), """
                fs/ext4.ko: fs/jbd2.ko lib/crc16.ko
                fs/jbd2.ko:
                lib/crc16.ko:
                md/raid456.ko.xz: md/md-mod.ko.xz md/xor.ko.xz lib/raid6-pq.ko.xz
                md/md-mod.ko.xz:
                md/xor.ko.xz: lib/raid6-pq.ko.xz
                lib/raid6-pq.ko.xz:
                crypto/crc32c_generic.ko:
                crypto/crc32c-intel.ko:
                md/dm-mod.ko.zst:
                post/first.ko:
                post/second.ko:
                """);
        Files.writeString(
                folder.resolve("modules.softdep"),
                "# comment\nsoftdep ext4 pre: crypto-crc32c\nsoftdep first post: second\n");
        Files.writeString(folder.resolve("modules.alias"), """
                alias crypto-crc32c crc32c_generic
                alias crypto-crc32c crc32c_intel
                alias fs-ext4 ext4
                alias fs-ext3 ext4
                alias char-major-10-236 dm_mod
                alias pci:v00001AF4d00001000sv*sd*bc*sc*i* virtio_pci
                """);
        Files.writeString(folder.resolve("modules.builtin"), "kernel/drivers/virtio/virtio-pci.ko\n");
        Files.writeString(
                folder.resolve("modules.devname"), "# comment\ndm_mod mapper/control c10:236\nfuse fuse c10:229\n");
        tree = ModuleTree.read(folder);
    }

    @Test
    void everyModuleComesAfterWhatItNeeds() {
        assertThat(tree.inLoadOrder(List.of("raid456")))
                .containsExactly("lib/raid6-pq.ko.xz", "md/xor.ko.xz", "md/md-mod.ko.xz", "md/raid456.ko.xz");
    }

    @Test
    void aSoftDependencyBringsAllThatAnswerToItsAlias() {
        assertThat(tree.inLoadOrder(List.of("ext4")))
                .containsExactly(
                        "crypto/crc32c_generic.ko",
                        "crypto/crc32c-intel.ko",
                        "lib/crc16.ko",
                        "fs/jbd2.ko",
                        "fs/ext4.ko");
    }

    @Test
    void aSoftDependencyMayComeAfter() {
        assertThat(tree.inLoadOrder(List.of("first"))).containsExactly("post/first.ko", "post/second.ko");
    }

    @Test
    void hyphensAndUnderscoresAreOneInNames() {
        assertThat(tree.inLoadOrder(List.of("md-mod"))).isEqualTo(tree.inLoadOrder(List.of("md_mod")));
    }

    @Test
    void whatIsBuiltInIsProvidedWithoutAFile() {
        assertThat(tree.provides("virtio_pci")).isTrue();
        assertThat(tree.inLoadOrder(List.of("virtio_pci"))).isEmpty();
    }

    @Test
    void whatIsUnknownIsNotProvided() {
        assertThat(tree.provides("zfs")).isFalse();
        assertThat(tree.inLoadOrder(List.of("zfs"))).isEmpty();
    }

    @Test
    void writesDependenciesOfUncompressedModules() {
        assertThat(tree.dependencyLines(tree.inLoadOrder(List.of("xor"))))
                .containsExactly("lib/raid6-pq.ko:", "md/xor.ko: lib/raid6-pq.ko");
    }

    @Test
    void writesTheAliasesThatLeadToTheModules() {
        assertThat(tree.aliasLines(Set.of("fs/ext4.ko", "crypto/crc32c-intel.ko")))
                .containsExactly("alias crypto-crc32c crc32c_intel", "alias fs-ext3 ext4", "alias fs-ext4 ext4");
    }

    @Test
    void namesTheDevicesWhoseUseLoadsAModule() throws IOException {
        assertThat(tree.deviceNodeLines(Set.of("md/dm-mod.ko.zst"))).containsExactly("dm_mod mapper/control c10:236");
    }
}
