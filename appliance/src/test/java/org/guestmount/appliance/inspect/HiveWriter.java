package org.guestmount.appliance.inspect;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a hive of the registry: as much as Windows' own have of what {@link Hive} reads. */
final class HiveWriter {
    private static final int CELLS = 0x1000;

    private final ByteBuffer out = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    private final Key root = new Key();
    private int next = CELLS + 32;

    private static final class Key {
        private final Map<String, Key> keys = new LinkedHashMap<>();
        private final Map<String, Value> values = new LinkedHashMap<>();
    }

    private static final class Value {
        private final int type;
        private final byte[] data;

        Value(int type, byte[] data) {
            this.type = type;
            this.data = data;
        }
    }

    HiveWriter string(String key, String name, String value) {
        return value(key, name, 1, (value + "\0").getBytes(StandardCharsets.UTF_16LE));
    }

    HiveWriter number(String key, String name, int value) {
        return value(
                key,
                name,
                4,
                ByteBuffer.allocate(4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(value)
                        .array());
    }

    HiveWriter value(String key, String name, int type, byte[] data) {
        Key at = root;
        for (String part : Text.parts(key, '\\')) {
            at = at.keys.computeIfAbsent(part, any -> new Key());
        }
        at.values.put(name, new Value(type, data));
        return this;
    }

    byte[] bytes() {
        int rootCell = write("ROOT", root);
        out.put(0, "regf".getBytes(StandardCharsets.US_ASCII)).putInt(0x24, rootCell);
        out.put(CELLS, "hbin".getBytes(StandardCharsets.US_ASCII));
        int size = (next + 0xFFF) / 0x1000 * 0x1000;
        byte[] bytes = new byte[size];
        out.get(0, bytes);
        return bytes;
    }

    private int cell(int size) {
        int at = next;
        next += (size + 4 + 7) / 8 * 8;
        out.putInt(at, at - next);
        return at - CELLS;
    }

    private static int content(int cell) {
        return CELLS + cell + 4;
    }

    private int write(String name, Key key) {
        List<Integer> children = new ArrayList<>();
        key.keys.forEach((childName, child) -> children.add(write(childName, child)));
        List<Integer> values = new ArrayList<>();
        key.values.forEach((valueName, value) -> values.add(write(valueName, value)));
        int cell = cell(76 + name.length());
        int at = content(cell);
        out.put(at, new byte[] {'n', 'k'}).putShort(at + 2, (short) 0x20);
        out.putInt(at + 20, children.size()).putInt(at + 28, children.isEmpty() ? -1 : list(children));
        out.putInt(at + 36, values.size()).putInt(at + 40, values.isEmpty() ? -1 : plainList(values));
        out.putShort(at + 72, (short) name.length()).put(at + 76, name.getBytes(StandardCharsets.ISO_8859_1));
        return cell;
    }

    /** A list of lists, as keys with very many subkeys have it, of one of each kind. */
    private int list(List<Integer> cells) {
        int half = cells.size() / 2;
        if (half == 0) {
            return leaf("lh", 8, cells);
        }
        int list = cell(12);
        out.put(content(list), new byte[] {'r', 'i', 2, 0});
        out.putInt(content(list) + 4, leaf("li", 4, cells.subList(0, half)));
        out.putInt(content(list) + 8, leaf("lf", 8, cells.subList(half, cells.size())));
        return list;
    }

    private int leaf(String kind, int entryBytes, List<Integer> cells) {
        int list = cell(4 + entryBytes * cells.size());
        int at = content(list);
        out.put(at, kind.getBytes(StandardCharsets.US_ASCII)).putShort(at + 2, (short) cells.size());
        for (int i = 0; i < cells.size(); i++) {
            out.putInt(at + 4 + entryBytes * i, cells.get(i));
        }
        return list;
    }

    private int plainList(List<Integer> cells) {
        int list = cell(4 * cells.size());
        for (int i = 0; i < cells.size(); i++) {
            out.putInt(content(list) + 4 * i, cells.get(i));
        }
        return list;
    }

    private int write(String name, Value value) {
        int cell = cell(20 + name.length());
        int at = content(cell);
        out.put(at, new byte[] {'v', 'k'}).putShort(at + 2, (short) name.length());
        if (value.data.length <= 4) {
            out.putInt(at + 4, value.data.length | 0x8000_0000).put(at + 8, value.data);
        } else {
            int data = cell(value.data.length);
            out.put(content(data), value.data);
            out.putInt(at + 4, value.data.length).putInt(at + 8, data);
        }
        out.putInt(at + 12, value.type).putShort(at + 16, (short) 1);
        out.put(at + 20, name.getBytes(StandardCharsets.ISO_8859_1));
        return cell;
    }
}
