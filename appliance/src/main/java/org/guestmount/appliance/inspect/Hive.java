package org.guestmount.appliance.inspect;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of the Windows registry, read where it is needed: one may have a hundred megabytes. Each question has a limit to
 * how much is read for it; a hive that is damaged, or made to lead in circles, has no answer.
 *
 * <p>Source: M. Suhanov, "Windows registry file format specification".
 */
final class Hive {
    private static final int REGF = 'r' | 'e' << 8 | 'g' << 16 | 'f' << 24;
    private static final int NK = 'n' | 'k' << 8;
    private static final int VK = 'v' | 'k' << 8;
    private static final int LF = 'l' | 'f' << 8;
    private static final int LH = 'l' | 'h' << 8;
    private static final int LI = 'l' | 'i' << 8;
    private static final int RI = 'r' | 'i' << 8;

    private static final int ROOT_CELL = 0x24;

    /** Cells are counted from here. */
    private static final int CELLS = 0x1000;

    private static final int CELL_HEADER_BYTES = 4;

    private static final int KEY_SUBKEY_COUNT = 20;
    private static final int KEY_SUBKEYS = 28;
    private static final int KEY_VALUE_COUNT = 36;
    private static final int KEY_VALUES = 40;
    private static final int KEY_NAME_LENGTH = 72;
    private static final int KEY_NAME = 76;

    private static final int VALUE_NAME_LENGTH = 2;
    private static final int VALUE_SIZE = 4;
    private static final int VALUE_DATA = 8;
    private static final int VALUE_TYPE = 12;
    private static final int VALUE_FLAGS = 16;
    private static final int VALUE_NAME = 20;

    private static final int KEY_FLAGS = 2;
    private static final int KEY_NAME_IS_ASCII = 0x20;
    private static final int VALUE_NAME_IS_ASCII = 1;
    private static final int SIZE_IS_DATA = 0x8000_0000;

    private static final int TYPE_STRING = 1;
    private static final int TYPE_EXPANDED_STRING = 2;
    private static final int TYPE_NUMBER = 4;

    private static final int PAGE_BYTES = 4096;
    private static final int MAX_PAGES = 256;

    /** How many cells may be read for all questions together; Windows' largest keys have some ten thousand subkeys. */
    private static final int MAX_CELLS = 200_000;

    private static final int MAX_VALUES = 1000;
    private static final int MAX_DATA_BYTES = 4096;

    private final GuestFile file;
    private final Map<Long, byte[]> pages = new HashMap<>();
    private int cellsRead;

    private Hive(GuestFile file) {
        this.file = file;
    }

    /** A hive that stays the caller's to close; null if the file is none. */
    static @Nullable Hive of(GuestFile file) {
        Hive hive = new Hive(file);
        return hive.number(0) == REGF ? hive : null;
    }

    /** The key that a path of names divided by backslashes leads to from the root, capitals or not; null if there is none. */
    @Nullable
    Key key(String path) {
        Key key = keyAt(number(ROOT_CELL));
        for (String name : Text.parts(path, '\\')) {
            key = key == null ? null : key.child(name);
        }
        return key;
    }

    private @Nullable Key keyAt(int cell) {
        long at = contentOf(cell);
        return at > 0 && signature(at) == NK ? new Key(at) : null;
    }

    /** Where a cell's content begins in the file; -1 if there cannot be one. */
    private long contentOf(int cell) {
        long at = CELLS + Integer.toUnsignedLong(cell);
        boolean possible = cell != -1 && at + CELL_HEADER_BYTES < file.size();
        return possible && ++cellsRead <= MAX_CELLS ? at + CELL_HEADER_BYTES : -1;
    }

    private int signature(long at) {
        return number(at) & 0xFFFF;
    }

    private int number(long at) {
        return bytes(at, 4).getInt(0);
    }

    private int half(long at) {
        return bytes(at, 2).getShort(0) & 0xFFFF;
    }

    /** So many bytes; zeros where the file has ended. */
    private ByteBuffer bytes(long at, int count) {
        byte[] bytes = new byte[count];
        int done = 0;
        while (done < count) {
            long page = (at + done) / PAGE_BYTES;
            int from = (int) ((at + done) % PAGE_BYTES);
            int part = Math.min(count - done, PAGE_BYTES - from);
            System.arraycopy(page(page), from, bytes, done, part);
            done += part;
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] page(long number) {
        byte[] page = pages.get(number);
        if (page == null) {
            if (pages.size() >= MAX_PAGES) {
                pages.clear();
            }
            page = new byte[PAGE_BYTES];
            file.read(number * PAGE_BYTES, page);
            pages.put(number, page);
        }
        return page;
    }

    private String name(long at, int bytes, boolean ascii) {
        byte[] name = bytes(at, bytes).array();
        return new String(name, ascii ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_16LE);
    }

    /** A key, which has values and other keys. */
    final class Key {
        private final long at;

        private Key(long at) {
            this.at = at;
        }

        private String name() {
            boolean ascii = (half(at + KEY_FLAGS) & KEY_NAME_IS_ASCII) != 0;
            return Hive.this.name(at + KEY_NAME, Math.min(half(at + KEY_NAME_LENGTH), 512), ascii);
        }

        /** The key in this one that is called so, capitals or not. */
        @Nullable
        Key child(String name) {
            return number(at + KEY_SUBKEY_COUNT) == 0 ? null : childIn(number(at + KEY_SUBKEYS), name, true);
        }

        /** @param mayBeDivided whether the list may be one of lists */
        private @Nullable Key childIn(int list, String name, boolean mayBeDivided) {
            long start = contentOf(list);
            int kind = start < 0 ? 0 : signature(start);
            boolean divided = kind == RI && mayBeDivided;
            if (!divided && kind != LF && kind != LH && kind != LI) {
                return null;
            }
            int entryBytes = kind == LF || kind == LH ? 8 : 4;
            int count = half(start + 2);
            for (int i = 0; i < count && cellsRead < MAX_CELLS; i++) {
                int entry = number(start + 4 + (long) i * entryBytes);
                Key child = divided ? childIn(entry, name, false) : keyAt(entry);
                if (child != null && (divided || child.name().equalsIgnoreCase(name))) {
                    return child;
                }
            }
            return null;
        }

        /** All of its values, as far as they can be read. */
        List<Value> values() {
            List<Value> values = new ArrayList<>();
            int count = Math.min(number(at + KEY_VALUE_COUNT), MAX_VALUES);
            long list = count <= 0 ? -1 : contentOf(number(at + KEY_VALUES));
            for (int i = 0; i < count && list > 0; i++) {
                long value = contentOf(number(list + 4L * i));
                if (value > 0 && signature(value) == VK) {
                    values.add(new Value(value));
                }
            }
            return values;
        }

        private @Nullable Value value(String name) {
            for (Value value : values()) {
                if (value.name().equalsIgnoreCase(name)) {
                    return value;
                }
            }
            return null;
        }

        /** A value that is a string, without what is after a NUL; empty if there is none. */
        String string(String name) {
            Value value = value(name);
            if (value == null || (value.type() != TYPE_STRING && value.type() != TYPE_EXPANDED_STRING)) {
                return "";
            }
            String text = new String(value.data(), StandardCharsets.UTF_16LE);
            int end = text.indexOf('\0');
            return end < 0 ? text : text.substring(0, end);
        }

        /** A value that is a number; -1 if there is none. */
        long number(String name) {
            Value value = value(name);
            byte[] data = value == null || value.type() != TYPE_NUMBER ? new byte[0] : value.data();
            return data.length < 4
                    ? -1
                    : Integer.toUnsignedLong(
                            ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getInt(0));
        }

        private int number(long position) {
            return Hive.this.number(position);
        }
    }

    /** A value of a key. */
    final class Value {
        private final long at;

        private Value(long at) {
            this.at = at;
        }

        String name() {
            boolean ascii = (half(at + VALUE_FLAGS) & VALUE_NAME_IS_ASCII) != 0;
            return Hive.this.name(at + VALUE_NAME, Math.min(half(at + VALUE_NAME_LENGTH), 1024), ascii);
        }

        int type() {
            return number(at + VALUE_TYPE);
        }

        /** Its bytes, of large ones the first only. */
        byte[] data() {
            int size = number(at + VALUE_SIZE);
            if ((size & SIZE_IS_DATA) != 0) {
                return bytes(at + VALUE_DATA, Math.min(size & 0xFF, 4)).array();
            }
            long data = contentOf(number(at + VALUE_DATA));
            return data < 0
                    ? new byte[0]
                    : bytes(data, Math.min(size, MAX_DATA_BYTES)).array();
        }
    }
}
