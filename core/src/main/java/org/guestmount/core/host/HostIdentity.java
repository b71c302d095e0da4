package org.guestmount.core.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** What tells hosts and programs apart, as far as it matters to what is remembered of them. */
public final class HostIdentity {
    private HostIdentity() {}

    /** A program that is not replaced by another keeps these. */
    public static List<String> ofProgram(Path program) throws IOException {
        Path real = program.toRealPath();
        BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        return List.of(
                real.toString(),
                Long.toString(attributes.size()),
                attributes.lastModifiedTime().toString());
    }

    /** The processor's model and microcode; the first one's, for they do not differ. */
    public static String processor() throws IOException {
        StringBuilder identity = new StringBuilder();
        try (BufferedReader info = Files.newBufferedReader(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1)) {
            for (String line = info.readLine(); line != null && !line.isEmpty(); line = info.readLine()) {
                if (line.startsWith("model name") || line.startsWith("microcode")) {
                    identity.append(line).append(';');
                }
            }
        }
        return identity.toString();
    }

    /** The running kernel's release, as {@code uname -r} says. */
    public static String kernel() throws IOException {
        return firstLine("/proc/sys/kernel/osrelease");
    }

    /** Differs after each boot. Source: random(4). */
    public static String boot() throws IOException {
        return firstLine("/proc/sys/kernel/random/boot_id");
    }

    private static String firstLine(String file) throws IOException {
        return Files.readString(Path.of(file)).strip();
    }

    /** A short name for all of these together. */
    public static String digest(List<String> parts) {
        try {
            byte[] whole = String.join("\n", parts).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(whole), 0, 16);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
