package org.guestmount.core.json;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object: names to values, in the order they were put. A value is a {@link JsonObject}, a {@link List} of values,
 * a {@link String}, a {@link Number}, a {@link Boolean} or null. Source: RFC 8259.
 */
public final class JsonObject {
    private final Map<String, @Nullable Object> members = new LinkedHashMap<>();

    /** Reads one object with nothing after it. */
    public static JsonObject parse(String text) throws JsonException {
        if (new JsonParser(text).parse() instanceof JsonObject object) {
            return object;
        }
        throw new JsonException("not a JSON object: " + text);
    }

    /**
     * Adds or replaces a member.
     *
     * @param value of one of the types above, checked when written
     */
    @CanIgnoreReturnValue
    public JsonObject put(String name, @Nullable Object value) {
        members.put(name, value);
        return this;
    }

    /** A copy that has this member first. */
    public JsonObject with(String name, @Nullable Object value) {
        JsonObject copy = new JsonObject().put(name, value);
        copy.members.putAll(members);
        return copy;
    }

    /** Whether there is such a member, null or not. */
    public boolean has(String name) {
        return members.containsKey(name);
    }

    /** The member; null if there is none, or it is null. */
    public @Nullable Object get(String name) {
        return members.get(name);
    }

    public String text(String name) throws JsonException {
        return require(name, String.class);
    }

    /** A number without a fraction. */
    public long integer(String name) throws JsonException {
        return require(name, Long.class);
    }

    public JsonObject object(String name) throws JsonException {
        return require(name, JsonObject.class);
    }

    private <T> T require(String name, Class<T> type) throws JsonException {
        Object value = members.get(name);
        if (!type.isInstance(value)) {
            throw new JsonException("no " + type.getSimpleName() + " \"" + name + "\" in " + this);
        }
        return type.cast(value);
    }

    /** The object on one line, as JSON. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        write(this, out);
        return out.toString();
    }

    private static void write(@Nullable Object value, StringBuilder out) {
        if (value instanceof JsonObject object) {
            String separator = "{";
            for (Map.Entry<String, @Nullable Object> member : object.members.entrySet()) {
                out.append(separator);
                writeText(member.getKey(), out);
                out.append(':');
                write(member.getValue(), out);
                separator = ",";
            }
            out.append(object.members.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> list) {
            String separator = "[";
            for (Object element : list) {
                out.append(separator);
                write(element, out);
                separator = ",";
            }
            out.append(list.isEmpty() ? "[]" : "]");
        } else if (value instanceof String text) {
            writeText(text, out);
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else {
            throw new IllegalArgumentException("not a JSON value: " + value.getClass());
        }
    }

    private static void writeText(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
