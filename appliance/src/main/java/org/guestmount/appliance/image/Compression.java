package org.guestmount.appliance.image;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.SingleXZInputStream;

/** The compressed forms that kernels and kernel modules come in. */
final class Compression {
    private Compression() {}

    /** Reads a module whole, decompressed according to its name: {@code .ko}, {@code .ko.gz}, {@code .ko.xz} or {@code .ko.zst}. */
    static byte[] readModule(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        if (file.toString().endsWith(".ko")) {
            return content;
        }
        try (InputStream in = decompressor(content)) {
            if (in == null) {
                throw new IOException(file + " is compressed in an unknown way");
            }
            return in.readAllBytes();
        }
    }

    /** A stream of what is packed, told by its first bytes; bytes after the end of it do not matter. Null if the form is unknown. */
    static @Nullable InputStream decompressor(byte[] packed) throws IOException {
        InputStream in = new ByteArrayInputStream(packed);
        if (startsWith(packed, 0x1F, 0x8B)) {
            return new GZIPInputStream(in);
        }
        if (startsWith(packed, 0xFD, '7', 'z', 'X', 'Z')) {
            return new SingleXZInputStream(in);
        }
        if (startsWith(packed, 0x28, 0xB5, 0x2F, 0xFD)) {
            return new ZstdInputStream(in);
        }
        return null;
    }

    private static boolean startsWith(byte[] content, int... magic) {
        for (int i = 0; i < magic.length; i++) {
            if (i >= content.length || Byte.toUnsignedInt(content[i]) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
