package org.guestmount.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Python;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every image format, all as drives of one mount: what is in them is read, and what is written gets into them. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class FormatsIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    /** How qemu-img makes each format and variant that it can write, and QEMU too. */
    private static final Map<String, List<String>> CONVERSIONS = new TreeMap<>(Map.ofEntries(
            conversion("qcow2"),
            conversion("qcow2-old", "-o", "compat=0.10"),
            conversion("qcow2-compressed", "-c"),
            conversion("qcow2-zstd", "-c", "-o", "compression_type=zstd"),
            conversion("qcow2-extended", "-o", "extended_l2=on,cluster_size=128k"),
            conversion("qcow2-external", "-o", "data_file=external.data,data_file_raw=on"),
            conversion("qcow"),
            conversion("qed"),
            conversion("parallels"),
            conversion("vmdk"),
            conversion("vmdk-flat", "-o", "subformat=monolithicFlat"),
            conversion("vmdk-pieces", "-o", "subformat=twoGbMaxExtentSparse"),
            conversion("vmdk-flatpieces", "-o", "subformat=twoGbMaxExtentFlat"),
            conversion("vdi"),
            conversion("vdi-static", "-o", "static=on"),
            conversion("vhdx"),
            conversion("vhdx-fixed", "-o", "subformat=fixed"),
            conversion("vpc"),
            conversion("vpc-fixed", "-o", "subformat=fixed,force_size=on")));

    private static final List<String> FORMATS = Stream.of(List.of("raw", "chain"), List.copyOf(CONVERSIONS.keySet()))
            .flatMap(List::stream)
            .toList();

    private static Map.Entry<String, List<String>> conversion(String name, String... options) {
        return Map.entry(name, List.of(options));
    }

    /** An image of each format, its filesystem holding a file that names it; the first also has the mountpoints. */
    private static List<GuestImage> images(String folder) throws IOException {
        Path place = WORKSPACE.newFolder(folder);
        List<GuestImage> images = new ArrayList<>();
        for (String format : FORMATS) {
            Path contents = WORKSPACE.newFolder(folder + "/of-" + format);
            Files.writeString(contents.resolve("format"), format);
            Files.write(contents.resolve("zeros-and-ones"), zerosAndOnes());
            if (images.isEmpty()) {
                FORMATS.forEach(other -> contents.resolve(other).toFile().mkdir());
            }
            GuestImage raw = GuestImage.ext4(place.resolve(format + ".img"), 48, contents);
            images.add(
                    switch (format) {
                        case "raw" -> raw;
                        case "chain" ->
                            raw.layered("layer1.qcow2").layered("layer2.qcow2").layered("layer3.qcow2");
                        default -> converted(raw, format);
                    });
        }
        return images;
    }

    private static GuestImage converted(GuestImage raw, String form) {
        String format = form.replaceFirst("-.*", "");
        String[] options = requireNonNull(CONVERSIONS.get(form)).stream()
                .map(option -> option.replace("external.data", raw.path() + ".data"))
                .toArray(String[]::new);
        // qemu-img names the extents of a VMDK by it.
        return raw.convertedTo(form + "." + format, format, options);
    }

    @Test
    void whatQemuCanOnlyReadIsOnlyRead() throws IOException {
        Path contents = WORKSPACE.newFolder("stream-contents");
        Files.write(contents.resolve("zeros-and-ones"), zerosAndOnes());
        GuestImage stream = GuestImage.ext4(WORKSPACE.folder().resolve("stream.img"), 48, contents)
                .convertedTo("stream.vmdk", "vmdk", "-o", "subformat=streamOptimized");

        try (Mount mount = WORKSPACE
                .guestmount()
                .drive(stream)
                .readOnly()
                .device("/dev/sda")
                .mount()) {
            assertThat(mount.resolve("zeros-and-ones")).hasBinaryContent(zerosAndOnes());
        }
        Command.Result refused =
                WORKSPACE.guestmount().drive(stream).device("/dev/sda").result();
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.errors()).contains("QEMU can only read compressed vmdk images; add --ro");
    }

    private static byte[] zerosAndOnes() {
        byte[] bytes = new byte[3 << 20];
        for (int i = 1 << 20; i < 2 << 20; i++) {
            bytes[i] = 1;
        }
        return bytes;
    }

    private static Guestmount withAll(List<GuestImage> images) {
        Guestmount use = WORKSPACE.guestmount();
        for (int i = 0; i < images.size(); i++) {
            use.drive(images.get(i)).device("/dev/sd" + (char) ('a' + i) + ":/" + (i == 0 ? "" : FORMATS.get(i)));
        }
        return use;
    }

    private static Path rootOf(Mount mount, String format) {
        return "raw".equals(format) ? mount.root() : mount.resolve(format);
    }

    @Test
    void everyFormatIsReadAndNotChanged() throws IOException {
        List<GuestImage> images = images("read");
        Map<Path, String> before = digests(WORKSPACE.folder().resolve("read"));
        Mount mount = withAll(images).readOnly().mount();

        for (String format : FORMATS) {
            assertThat(rootOf(mount, format).resolve("format")).hasContent(format);
            assertThat(rootOf(mount, format).resolve("zeros-and-ones")).hasBinaryContent(zerosAndOnes());
        }
        mount.unmount();
        assertThat(digests(WORKSPACE.folder().resolve("read"))).isEqualTo(before);
    }

    @Test
    void everyFormatIsWritten() throws IOException {
        List<GuestImage> images = images("write");
        String baseOfTheChain =
                GuestImage.raw(images.get(0).path().resolveSibling("chain.img")).sha256();
        Mount mount = withAll(images).writable().mount();
        for (String format : FORMATS) {
            Python.run(
                    rootOf(mount, format),
                    "open(root + '/new', 'w').write('written to " + format
                            + "' * 100000); os.unlink(root + '/format')");
        }
        mount.unmount();

        for (int i = 0; i < FORMATS.size(); i++) {
            GuestImage raw = images.get(i).convertedTo("raw");
            FilesystemType.EXT4.assertClean(raw.path());
            assertThat(Command.of("debugfs", "-R", "ls -p /", raw.path()).run())
                    .as(FORMATS.get(i))
                    .contains("/new/")
                    .doesNotContain("/format/");
            Path written = WORKSPACE.folder().resolve("written");
            Command.of("debugfs", "-R", "dump /new " + written, raw.path()).run();
            assertThat(written).hasContent(("written to " + FORMATS.get(i)).repeat(100_000));
        }
        assertThat(GuestImage.raw(images.get(0).path().resolveSibling("chain.img"))
                        .sha256())
                .as("layers below the uppermost are never written")
                .isEqualTo(baseOfTheChain);
    }

    @Test
    void theFormatIsFoundOutWhereItIsNotGiven() throws IOException {
        Path contents = WORKSPACE.newFolder("probed-contents");
        Files.writeString(contents.resolve("format"), "found");
        GuestImage raw = GuestImage.ext4(WORKSPACE.folder().resolve("probed.img"), 48, contents);
        Files.createDirectory(contents.resolve("second"));
        GuestImage top = GuestImage.ext4(WORKSPACE.folder().resolve("top.img"), 48, contents)
                .layered("top.qcow2");
        Mount mount = WORKSPACE
                .guestmount()
                .with("-a", top.path(), "-a", raw.path(), "--ro")
                .device("/dev/sda")
                .device("/dev/sdb:/second")
                .mount();

        assertThat(mount.resolve("format")).hasContent("found");
        assertThat(mount.resolve("second/format")).hasContent("found");
    }

    /** Of all files in a folder: the images in use and those below them. */
    private static Map<Path, String> digests(Path folder) {
        Map<Path, String> digests = new TreeMap<>();
        Command.of("find", folder, "-maxdepth", "1", "-type", "f")
                .run()
                .lines()
                .map(Path::of)
                .forEach(file -> digests.put(file, GuestImage.raw(file).sha256()));
        return digests;
    }
}
