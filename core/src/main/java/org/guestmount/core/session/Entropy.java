package org.guestmount.core.session;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/** Random bytes of the host for a guest: those that were resumed from one state would all draw the same numbers. */
final class Entropy {
    private static final int BYTES = 64;

    private Entropy() {}

    static ByteBuffer take() {
        byte[] bytes = new byte[BYTES];
        try (InputStream random = Files.newInputStream(Path.of("/dev/urandom"))) {
            random.readNBytes(bytes, 0, bytes.length);
        } catch (IOException e) {
            new SecureRandom().nextBytes(bytes);
        }
        return ByteBuffer.wrap(bytes);
    }
}
