package org.guestmount.it.framework;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A whole tree as text: for each path, as percent-encoded bytes, the value of each attribute by name. What there is of
 * attributes is said by {@code list_tree.py}.
 */
public record TreeListing(Map<String, Map<String, String>> entries) {
    public static TreeListing of(Path root) {
        return parse(Python.script("list_tree.py", root));
    }

    static TreeListing parse(String lines) {
        Map<String, Map<String, String>> entries = new TreeMap<>();
        lines.lines().forEach(line -> {
            String[] parts = line.split("\t");
            Map<String, String> attributes = new LinkedHashMap<>();
            Arrays.stream(parts).skip(1).forEach(part -> {
                int equals = part.indexOf('=');
                attributes.put(
                        equals < 0 ? "entry" : part.substring(0, equals), part.substring(equals < 0 ? 0 : equals + 1));
            });
            entries.put(parts[0], attributes);
        });
        return new TreeListing(entries);
    }

    /** How an actual tree differs from this one, a line for each difference; empty when they are the same. */
    public List<String> differences(TreeListing actual, Set<String> ignoredAttributes) {
        List<String> differences = new ArrayList<>();
        Set<String> paths = new TreeSet<>(entries.keySet());
        paths.addAll(actual.entries.keySet());
        for (String path : paths) {
            if (!actual.entries.containsKey(path)) {
                differences.add(path + ": missing");
            } else if (!entries.containsKey(path)) {
                differences.add(path + ": should not exist");
            } else {
                compare(path, entries.get(path), actual.entries.get(path), ignoredAttributes, differences);
            }
        }
        return differences;
    }

    private static void compare(
            String path,
            Map<String, String> expected,
            Map<String, String> actual,
            Set<String> ignoredAttributes,
            List<String> differences) {
        Set<String> attributes = new TreeSet<>(expected.keySet());
        attributes.addAll(actual.keySet());
        attributes.removeAll(ignoredAttributes);
        for (String attribute : attributes) {
            String wanted = expected.getOrDefault(attribute, "absent");
            String found = actual.getOrDefault(attribute, "absent");
            if (!wanted.equals(found)) {
                differences.add(path + ": " + attribute + " is " + found + ", not " + wanted);
            }
        }
    }

    /** Without the entries whose percent-encoded path starts so. */
    public TreeListing without(String prefix) {
        Map<String, Map<String, String>> rest = new TreeMap<>(entries);
        rest.keySet().removeIf(path -> path.startsWith(prefix));
        return new TreeListing(rest);
    }

    /** Only the entries whose percent-encoded path starts so. */
    public TreeListing below(String prefix) {
        Map<String, Map<String, String>> some = new TreeMap<>(entries);
        some.keySet().removeIf(path -> !path.startsWith(prefix));
        return new TreeListing(some);
    }

    /** An attribute that is a number. */
    public long number(String path, String attribute) {
        return Long.parseLong(entries.getOrDefault(path, Map.of()).getOrDefault(attribute, "absent"));
    }
}
