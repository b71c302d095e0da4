package org.guestmount.mount;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The user's {@code -o} options, checked: names known, values well-formed. Of an option given twice the last counts.
 *
 * <p>Source: mount.fuse(8), mount(8) and fuse_opt.h of libfuse 2.9.
 */
final class FuseOptions {
    /** What follows an option's name. */
    private enum Value {
        NONE(""),
        TEXT("=.+"),
        NUMBER("=[0-9]{1,10}"),
        OCTAL("=[0-7]{1,4}"),
        SECONDS("=[0-9]+(\\.[0-9]+)?");

        private final Pattern pattern;

        Value(String pattern) {
            this.pattern = Pattern.compile(pattern, Pattern.DOTALL);
        }
    }

    /** Options that libfuse, fusermount and the kernel take when mounting. */
    private static final Map<String, Value> OF_MOUNT = Map.ofEntries(
            Map.entry("ro", Value.NONE),
            Map.entry("rw", Value.NONE),
            Map.entry("suid", Value.NONE),
            Map.entry("nosuid", Value.NONE),
            Map.entry("dev", Value.NONE),
            Map.entry("nodev", Value.NONE),
            Map.entry("exec", Value.NONE),
            Map.entry("noexec", Value.NONE),
            Map.entry("atime", Value.NONE),
            Map.entry("noatime", Value.NONE),
            Map.entry("sync", Value.NONE),
            Map.entry("async", Value.NONE),
            Map.entry("dirsync", Value.NONE),
            Map.entry("nonempty", Value.NONE),
            Map.entry("allow_other", Value.NONE),
            Map.entry("default_permissions", Value.NONE),
            Map.entry("fsname", Value.TEXT),
            Map.entry("subtype", Value.TEXT),
            Map.entry("max_read", Value.NUMBER));

    /** Options of how the mount is checked and served. */
    private static final Map<String, Value> OF_SERVICE = Map.ofEntries(
            Map.entry("allow_root", Value.NONE),
            Map.entry("async_read", Value.NONE),
            Map.entry("sync_read", Value.NONE),
            Map.entry("debug", Value.NONE),
            Map.entry("uid", Value.NUMBER),
            Map.entry("gid", Value.NUMBER),
            Map.entry("max_write", Value.NUMBER),
            Map.entry("max_readahead", Value.NUMBER),
            Map.entry("max_background", Value.NUMBER),
            Map.entry("congestion_threshold", Value.NUMBER),
            Map.entry("umask", Value.OCTAL),
            Map.entry("attr_timeout", Value.SECONDS),
            Map.entry("entry_timeout", Value.SECONDS),
            Map.entry("negative_timeout", Value.SECONDS));

    /** Options of libfuse that change nothing: what they ask for is always so, or never needed. */
    private static final Map<String, Value> WITHOUT_EFFECT = Map.ofEntries(
            Map.entry("auto_unmount", Value.NONE),
            Map.entry("kernel_cache", Value.NONE),
            Map.entry("auto_cache", Value.NONE),
            Map.entry("noauto_cache", Value.NONE),
            Map.entry("atomic_o_trunc", Value.NONE),
            Map.entry("big_writes", Value.NONE),
            Map.entry("hard_remove", Value.NONE),
            Map.entry("use_ino", Value.NONE),
            Map.entry("readdir_ino", Value.NONE),
            Map.entry("ac_attr_timeout", Value.SECONDS));

    /** All there are. */
    static Set<String> names() {
        Set<String> names = new HashSet<>(OF_MOUNT.keySet());
        names.addAll(OF_SERVICE.keySet());
        names.addAll(WITHOUT_EFFECT.keySet());
        return names;
    }

    private final Map<String, String> values = new LinkedHashMap<>();

    private FuseOptions() {}

    /**
     * @param typed the values of {@code -o} options; commas separate options unless a backslash is before them
     * @throws MountException naming the option that is unknown or has a wrong value
     */
    static FuseOptions parse(List<String> typed) throws MountException {
        FuseOptions options = new FuseOptions();
        for (String list : typed) {
            for (String option : split(list)) {
                options.add(option);
            }
        }
        if (options.has("allow_other") && options.has("allow_root")) {
            throw new MountException("-o allow_other and -o allow_root exclude each other");
        }
        return options;
    }

    private static List<String> split(String list) {
        List<String> options = new ArrayList<>();
        StringBuilder option = new StringBuilder();
        for (int i = 0; i < list.length(); i++) {
            char c = list.charAt(i);
            if (c == '\\' && i + 1 < list.length()) {
                option.append(list.charAt(++i));
            } else if (c == ',') {
                options.add(option.toString());
                option.setLength(0);
            } else {
                option.append(c);
            }
        }
        options.add(option.toString());
        options.removeIf(String::isEmpty);
        return options;
    }

    private void add(String option) throws MountException {
        int equals = option.indexOf('=');
        String name = equals < 0 ? option : option.substring(0, equals);
        String rest = option.substring(name.length());
        Value value = Stream.of(OF_MOUNT, OF_SERVICE, WITHOUT_EFFECT)
                .map(options -> options.get(name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        if (value == null) {
            throw new MountException("unknown mount option -o " + option + "; see the OPTIONS of guestmount(1)");
        }
        if (!value.pattern.matcher(rest).matches()) {
            throw new MountException(
                    switch (value) {
                        case NONE -> "mount option -o " + name + " takes no value";
                        case TEXT -> "mount option -o " + name + " needs a value: -o " + name + "=TEXT";
                        case NUMBER -> "mount option -o " + option + ": a number was expected";
                        case OCTAL -> "mount option -o " + option + ": an octal number such as 022 was expected";
                        case SECONDS -> "mount option -o " + option + ": a number of seconds was expected";
                    });
        }
        values.remove(name);
        values.put(name, rest.isEmpty() ? "" : rest.substring(1));
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    @Nullable
    String value(String name) {
        return values.get(name);
    }

    /** Sets an option that the user has not given. */
    void setDefault(String name, String value) {
        values.putIfAbsent(name, value);
    }

    /** A number given, or the default. */
    int number(String name, int defaultNumber) {
        String value = values.get(name);
        return value == null ? defaultNumber : (int) Math.min(Long.parseLong(value), Integer.MAX_VALUE);
    }

    /** A number given, unsigned, such as an id. */
    @Nullable
    Integer id(String name) {
        String value = values.get(name);
        return value == null ? null : (int) Long.parseLong(value);
    }

    /** An octal number given. */
    @Nullable
    Integer octal(String name) {
        String value = values.get(name);
        return value == null ? null : Integer.parseInt(value, 8);
    }

    /** A number of seconds given, or the default. */
    Duration seconds(String name, Duration defaultTime) {
        String value = values.get(name);
        return value == null
                ? defaultTime
                : Duration.ofNanos(new BigDecimal(value).movePointRight(9).longValue());
    }

    /** Those of the service as given, each as libfuse takes it after {@code -o}. */
    List<String> forLibfuse() {
        return list(OF_SERVICE::containsKey);
    }

    /** Those of the mount itself, each as libfuse takes it after {@code -o}. */
    List<String> forMount() {
        return list(OF_MOUNT::containsKey);
    }

    private List<String> list(Predicate<String> wanted) {
        List<String> options = new ArrayList<>();
        values.forEach((name, value) -> {
            if (wanted.test(name)) {
                options.add(value.isEmpty() ? name : name + "=" + escape(value));
            }
        });
        return options;
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace(",", "\\,");
    }
}
