package org.guestmount.cache;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The extended attributes of one inode, as far as they are known. Immutable.
 *
 * <p>What is large is not remembered: values over {@value #MAX_VALUE_BYTES} bytes, more than {@value #MAX_VALUES} of
 * them, lists of names over {@value #MAX_NAMES_BYTES}.
 */
final class Xattrs {
    static final Xattrs UNKNOWN = new Xattrs(null, Map.of());

    /** The inode has none at all. */
    static final Xattrs NONE = new Xattrs(List.of(), Map.of());

    private static final int MAX_VALUE_BYTES = 1024;
    private static final int MAX_VALUES = 16;
    private static final int MAX_NAMES_BYTES = 2048;

    /** File capabilities. The kernel asks for them before every write, and a write removes them. */
    private static final String CAPABILITIES = "security.capability";

    /** The value of a name that is known not to be there. Told apart from an empty value by identity. */
    private static final byte[] ABSENT = {};

    /** What is certain of an inode just made, which may have inherited an ACL or a label. */
    static final Xattrs OF_NEW_INODE = UNKNOWN.withAbsent(CAPABILITIES);

    private final @Nullable List<String> names;
    private final Map<String, byte[]> values;

    private Xattrs(@Nullable List<String> names, Map<String, byte[]> values) {
        this.names = names;
        this.values = values;
    }

    boolean areNone() {
        return names != null && names.isEmpty();
    }

    /** All the names; null if they are not known. */
    @Nullable
    List<String> names() {
        return names;
    }

    /** Whether there is certainly none of that name. */
    @SuppressWarnings("ArrayEquals") // ABSENT is known by its identity.
    boolean isAbsent(String name) {
        return values.get(name) == ABSENT || (names != null && isAlwaysListed(name) && !names.contains(name));
    }

    /** The value of that name, to keep; null if it is absent or not known. */
    byte @Nullable [] value(String name) {
        byte[] value = values.get(name);
        return value == null || isAbsent(name) ? null : value.clone();
    }

    Xattrs with(String name, byte[] value) {
        return value.length > MAX_VALUE_BYTES ? this : withValue(name, value.clone());
    }

    Xattrs withAbsent(String name) {
        return withValue(name, ABSENT);
    }

    Xattrs withNames(List<String> listed) {
        int length = listed.stream().mapToInt(String::length).sum();
        return length > MAX_NAMES_BYTES ? this : new Xattrs(List.copyOf(listed), values);
    }

    /** What stays certain when that attribute may be set or removed. */
    Xattrs without(String name) {
        Map<String, byte[]> others = new HashMap<>(values);
        others.remove(name);
        return new Xattrs(null, others);
    }

    /** What stays certain when the file's content changes. */
    Xattrs afterWrite() {
        return isAbsent(CAPABILITIES) ? this : without(CAPABILITIES);
    }

    /** What stays certain when mode or owner change, which edits ACLs and removes capabilities but adds nothing. */
    Xattrs afterModeChange() {
        if (areNone()) {
            return this;
        }
        Map<String, byte[]> absent = new HashMap<>();
        values.keySet().stream().filter(this::isAbsent).forEach(name -> absent.put(name, ABSENT));
        return new Xattrs(null, absent);
    }

    /** Heap of this object, about. */
    int bytes() {
        int bytes = values.isEmpty() ? 0 : 96;
        for (Map.Entry<String, byte[]> entry : values.entrySet()) {
            bytes += 128 + entry.getKey().length() + entry.getValue().length;
        }
        if (names != null) {
            for (String name : names) {
                bytes += 64 + name.length();
            }
        }
        return bytes;
    }

    private Xattrs withValue(String name, byte[] value) {
        if (values.size() >= MAX_VALUES) {
            return this;
        }
        Map<String, byte[]> more = new HashMap<>(values);
        more.put(name, value);
        return new Xattrs(names, more);
    }

    /**
     * Whether attributes of that name show in listxattr(2) if they are there. Others of {@code system.} may not, as
     * {@code system.ntfs_acl} of NTFS-3G.
     */
    private static boolean isAlwaysListed(String name) {
        return name.startsWith("user.")
                || name.startsWith("security.")
                || name.startsWith("trusted.")
                || name.startsWith("system.posix_acl_");
    }
}
