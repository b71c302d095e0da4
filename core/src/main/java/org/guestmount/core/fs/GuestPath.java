package org.guestmount.core.fs;

import com.google.errorprone.annotations.Immutable;
import java.nio.charset.StandardCharsets;

/**
 * An absolute path in the guest's tree, normalised: it starts with {@code /}, and has no empty, {@code .} or
 * {@code ..} component and no trailing slash.
 *
 * <p>Names are bytes. Here, and wherever a name or a link target is a {@code String}, each char is one byte
 * (ISO-8859-1): lossless, compact and quick to hash. {@link #toString} keeps that form; {@link #display} is for people.
 *
 * <p>Source: path_resolution(7).
 */
@Immutable
public final class GuestPath implements FileReference, Comparable<GuestPath> {
    /**
     * Longest name in bytes that is carried, {@code FUSE_NAME_MAX}. It is larger than {@code NAME_MAX} because the 255 UTF-16
     * units of a FAT or NTFS name are up to 765 bytes of UTF-8; what a filesystem allows is its own to say.
     */
    public static final int MAX_NAME_BYTES = 1024;

    /**
     * Longest path in bytes that is carried. It is larger than {@code PATH_MAX} because the host's kernel resolves a
     * path one name at a time, so that trees deeper than {@code PATH_MAX} can be reached.
     */
    public static final int MAX_PATH_BYTES = 65_535;

    public static final GuestPath ROOT = new GuestPath("/");

    private final String bytes;

    private GuestPath(String bytes) {
        this.bytes = bytes;
    }

    /**
     * The path of these bytes; repeated and trailing slashes and {@code .} components are removed.
     *
     * @throws IllegalArgumentException if it is not absolute, or has a {@code ..} component, a NUL, a char over 255, a
     *     name over {@link #MAX_NAME_BYTES} or more than {@link #MAX_PATH_BYTES}
     */
    public static GuestPath of(String bytes) {
        if (bytes.isEmpty() || bytes.charAt(0) != '/') {
            throw new IllegalArgumentException("not an absolute path: " + bytes);
        }
        StringBuilder normal = new StringBuilder(bytes.length());
        int from = 1;
        while (from < bytes.length()) {
            int slash = bytes.indexOf('/', from);
            int to = slash < 0 ? bytes.length() : slash;
            if (to > from && !(to == from + 1 && bytes.charAt(from) == '.')) {
                checkName(bytes, from, to);
                normal.append('/').append(bytes, from, to);
            }
            from = to + 1;
        }
        if (normal.isEmpty()) {
            return ROOT;
        }
        checkLength(normal.length());
        return new GuestPath(normal.length() == bytes.length() ? bytes : normal.toString());
    }

    /** The path that a person typed: its characters are encoded as UTF-8. */
    public static GuestPath ofText(String text) {
        return of(bytesOfText(text));
    }

    /** A text's UTF-8 encoding, one char a byte. */
    public static String bytesOfText(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The bytes as text for people: decoded as UTF-8, what is not valid in it replaced. */
    public static String textOfBytes(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** The child of this directory with that name; errors as for {@link #of}. */
    public GuestPath resolve(String name) {
        checkName(name);
        String child = isRoot() ? "/" + name : bytes + "/" + name;
        checkLength(child.length());
        return new GuestPath(child);
    }

    private static void checkLength(int length) {
        if (length > MAX_PATH_BYTES) {
            throw new IllegalArgumentException("path of " + length + " bytes is too long");
        }
    }

    static void checkName(String name) {
        checkName(name, 0, name.length());
    }

    private static void checkName(String bytes, int from, int to) {
        int length = to - from;
        boolean dots = length <= 2 && length > 0 && bytes.startsWith("..".substring(0, length), from);
        if (length == 0 || length > MAX_NAME_BYTES || dots) {
            throw new IllegalArgumentException("not a file name: \"" + bytes.substring(from, to) + "\"");
        }
        for (int i = from; i < to; i++) {
            char c = bytes.charAt(i);
            if (c == '/' || c == 0 || c > 0xFF) {
                throw new IllegalArgumentException("not a file name: \"" + bytes.substring(from, to) + "\"");
            }
        }
    }

    public boolean isRoot() {
        return bytes.length() == 1;
    }

    /** The last component; empty for the root. */
    public String name() {
        return bytes.substring(bytes.lastIndexOf('/') + 1);
    }

    /** The directory this is in; the root is its own parent. */
    public GuestPath parent() {
        int slash = bytes.lastIndexOf('/');
        return slash <= 0 ? ROOT : new GuestPath(bytes.substring(0, slash));
    }

    /** Whether this is {@code ancestor} or lies below it. */
    public boolean startsWith(GuestPath ancestor) {
        return ancestor.isRoot()
                || (bytes.startsWith(ancestor.bytes)
                        && (bytes.length() == ancestor.bytes.length() || bytes.charAt(ancestor.bytes.length()) == '/'));
    }

    /** The path as text for people, see {@link #textOfBytes}. */
    public String display() {
        return textOfBytes(bytes);
    }

    @Override
    public int compareTo(GuestPath other) {
        return bytes.compareTo(other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GuestPath path && path.bytes.equals(bytes);
    }

    @Override
    public int hashCode() {
        return bytes.hashCode();
    }

    /** The path's bytes, one char each. */
    @Override
    public String toString() {
        return bytes;
    }
}
