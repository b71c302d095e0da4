package org.guestmount.appliance.image;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;

/**
 * The contents of an initramfs, and how to write them as a cpio archive. All belongs to root, every time of change is one constant,
 * and entries are sorted: what goes in decides what comes out, byte for byte.
 *
 * @see <a href="https://docs.kernel.org/driver-api/early-userspace/buffer-format.html">initramfs buffer format</a>
 */
final class Initramfs {
    /** Seconds since 1970 that every entry was last changed at. */
    static final long TIME = 1_000_000_000L;

    private static final int COMPRESSION_LEVEL = 9;

    private final TreeMap<String, Node> nodes = new TreeMap<>();

    /** One thing of the tree; its path is the map's key, without a leading slash. */
    private record Node(long mode, long deviceMajor, long deviceMinor, Content content) {
        static Node of(long mode, Content content) {
            return new Node(mode, 0, 0, content);
        }
    }

    /** Where the bytes of an entry come from; asked once, while writing. */
    @FunctionalInterface
    interface Content {
        byte[] read() throws IOException;
    }

    Initramfs folder(String path) {
        return add(path, Node.of(CpioConstants.C_ISDIR | 0755, () -> new byte[0]));
    }

    Initramfs symlink(String path, String target) {
        return add(path, Node.of(CpioConstants.C_ISLNK | 0777, () -> target.getBytes(StandardCharsets.UTF_8)));
    }

    Initramfs characterDevice(String path, int major, int minor) {
        return add(path, new Node(CpioConstants.C_ISCHR | 0600, major, minor, () -> new byte[0]));
    }

    Initramfs program(String path, Content content) {
        return add(path, Node.of(CpioConstants.C_ISREG | 0755, content));
    }

    Initramfs program(String path, Path file) {
        return program(path, () -> Files.readAllBytes(file));
    }

    Initramfs text(String path, String text) {
        return add(path, Node.of(CpioConstants.C_ISREG | 0644, () -> text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Adds the node and the folders above it that are not there yet. */
    private Initramfs add(String path, Node node) {
        int slash = path.lastIndexOf('/');
        if (slash > 0 && !nodes.containsKey(path.substring(0, slash))) {
            folder(path.substring(0, slash));
        }
        nodes.put(path, node);
        return this;
    }

    /** Writes the compressed archive. */
    void write(Path target) throws IOException {
        try (OutputStream file = Files.newOutputStream(target);
                ZstdOutputStream compressed = new ZstdOutputStream(file, COMPRESSION_LEVEL)) {
            compressed.setChecksum(false);
            writeArchive(compressed);
        }
    }

    /** Writes the archive plain. Folders come before what is in them, since their names are prefixes. */
    void writeArchive(OutputStream out) throws IOException {
        try (CpioArchiveOutputStream archive =
                new CpioArchiveOutputStream(out, CpioConstants.FORMAT_NEW, 512, StandardCharsets.UTF_8.name())) {
            long inode = 1;
            for (Map.Entry<String, Node> named : nodes.entrySet()) {
                Node node = named.getValue();
                byte[] bytes = node.content.read();
                CpioArchiveEntry entry = new CpioArchiveEntry(CpioConstants.FORMAT_NEW, named.getKey(), bytes.length);
                entry.setMode(node.mode);
                entry.setInode(inode++);
                entry.setNumberOfLinks(1);
                entry.setTime(TIME);
                entry.setRemoteDeviceMaj(node.deviceMajor);
                entry.setRemoteDeviceMin(node.deviceMinor);
                archive.putArchiveEntry(entry);
                archive.write(bytes);
                archive.closeArchiveEntry();
            }
        }
    }
}
