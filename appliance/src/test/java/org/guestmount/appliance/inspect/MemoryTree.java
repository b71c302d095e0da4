package org.guestmount.appliance.inspect;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A tree in memory, resolving links as {@code openat2} does within a root. */
final class MemoryTree implements GuestTree {
    private static final int MAX_LINKS = 40;

    private sealed interface Node permits Directory, Content, Link {}

    private record Directory(Map<String, Node> entries) implements Node {}

    private static final class Content implements Node {
        private final byte[] bytes;
        private final long modified;

        Content(byte[] bytes, long modified) {
            this.bytes = bytes;
            this.modified = modified;
        }
    }

    private record Link(String target) implements Node {}

    private final Directory root = new Directory(new LinkedHashMap<>());

    MemoryTree file(String path, byte[] content) {
        put(path, new Content(content, 0));
        return this;
    }

    /** Contents of several lines are easiest as a text block. */
    MemoryTree file(String path, String content) {
        return file(path, content.getBytes(StandardCharsets.UTF_8));
    }

    MemoryTree file(String path, long modified) {
        put(path, new Content(new byte[0], modified));
        return this;
    }

    MemoryTree directories(String... paths) {
        for (String path : paths) {
            directory(Text.parts(path, '/'));
        }
        return this;
    }

    MemoryTree link(String path, String target) {
        put(path, new Link(target));
        return this;
    }

    private void put(String path, Node node) {
        List<String> names = Text.parts(path, '/');
        directory(names.subList(0, names.size() - 1)).entries.put(names.get(names.size() - 1), node);
    }

    private Directory directory(List<String> names) {
        Directory at = root;
        for (String name : names) {
            at = (Directory) at.entries.computeIfAbsent(name, any -> new Directory(new LinkedHashMap<>()));
        }
        return at;
    }

    private @Nullable Node find(String path, boolean followLast) {
        List<String> rest = new ArrayList<>(Text.parts(path, '/'));
        List<Directory> at = new ArrayList<>(List.of(root));
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.remove(0);
            Directory current = at.get(at.size() - 1);
            if (name.equals("..")) {
                if (at.size() > 1) {
                    at.remove(at.size() - 1);
                }
                continue;
            }
            Node next = name.equals(".") ? current : current.entries.get(name);
            if (next instanceof Link link && (followLast || !rest.isEmpty())) {
                if (++links > MAX_LINKS) {
                    return null;
                }
                if (link.target.startsWith("/")) {
                    at = new ArrayList<>(List.of(root));
                }
                rest.addAll(0, Text.parts(link.target, '/'));
            } else if (next instanceof Directory directory && next != current) {
                at.add(directory);
            } else if (next != current) {
                return rest.isEmpty() ? next : null;
            }
        }
        return at.get(at.size() - 1);
    }

    @Override
    public Kind kind(String path) {
        Node node = find(path, true);
        if (node == null || node instanceof Link) {
            return Kind.NOTHING;
        }
        return node instanceof Directory ? Kind.DIRECTORY : Kind.FILE;
    }

    @Override
    public @Nullable String linkTarget(String path) {
        return find(path, false) instanceof Link link ? link.target : null;
    }

    @Override
    public @Nullable GuestFile open(String path) {
        return find(path, true) instanceof Content content ? new MemoryFile(content.bytes) : null;
    }

    @Override
    public List<String> list(String path, int max) {
        return find(path, true) instanceof Directory directory
                ? directory.entries.keySet().stream().limit(max).toList()
                : List.of();
    }

    @Override
    public long modified(String path) {
        return find(path, true) instanceof Content content ? content.modified : 0;
    }

    /** A file whose bytes are at hand. */
    static final class MemoryFile implements GuestFile {
        private final byte[] bytes;

        MemoryFile(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public int read(long position, byte[] into) {
            int count = (int) Math.max(0, Math.min(into.length, bytes.length - position));
            if (count > 0) {
                System.arraycopy(bytes, (int) position, into, 0, count);
            }
            return count;
        }

        @Override
        public void close() {}
    }
}
