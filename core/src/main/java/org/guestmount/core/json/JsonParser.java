package org.guestmount.core.json;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one JSON value from a text. Whole numbers become {@link Long}, others {@link Double}. */
final class JsonParser {
    /** Deeper than QEMU's deepest answers, and far from overflowing the stack. */
    private static final int MAX_DEPTH = 200;

    private final String text;
    private int position;
    private int depth;

    JsonParser(String text) {
        this.text = text;
    }

    @Nullable
    Object parse() throws JsonException {
        Object value = value();
        skipSpace();
        if (position != text.length()) {
            throw unexpected();
        }
        return value;
    }

    private @Nullable Object value() throws JsonException {
        skipSpace();
        char c = peek();
        return switch (c) {
            case '{' -> object();
            case '[' -> list();
            case '"' -> string();
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> literal();
        };
    }

    private JsonObject object() throws JsonException {
        enter();
        JsonObject object = new JsonObject();
        if (!skipIf('}')) {
            do {
                skipSpace();
                String name = string();
                expect(':');
                object.put(name, value());
            } while (skipIf(','));
            expect('}');
        }
        depth--;
        return object;
    }

    private List<@Nullable Object> list() throws JsonException {
        enter();
        List<@Nullable Object> list = new ArrayList<>();
        if (!skipIf(']')) {
            do {
                list.add(value());
            } while (skipIf(','));
            expect(']');
        }
        depth--;
        return list;
    }

    private void enter() throws JsonException {
        position++;
        if (++depth > MAX_DEPTH) {
            throw new JsonException("nested more than " + MAX_DEPTH + " deep");
        }
    }

    private String string() throws JsonException {
        if (peek() != '"') {
            throw unexpected();
        }
        position++;
        StringBuilder out = new StringBuilder();
        while (true) {
            char c = peek();
            position++;
            if (c == '"') {
                return out.toString();
            }
            if (c < ' ') {
                throw new JsonException("control character in a string at " + (position - 1));
            }
            out.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() throws JsonException {
        char c = peek();
        position++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hexadecimal();
            default -> throw new JsonException("unknown escape \\" + c);
        };
    }

    private char hexadecimal() throws JsonException {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0) {
                throw unexpected();
            }
            code = code * 16 + digit;
            position++;
        }
        return (char) code;
    }

    private Number number() throws JsonException {
        int start = position;
        while (position < text.length() && "+-.eE0123456789".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
        String digits = text.substring(start, position);
        try {
            return digits.chars().anyMatch(c -> c == '.' || c == 'e' || c == 'E')
                    ? (Number) Double.valueOf(digits)
                    : (Number) Long.valueOf(digits);
        } catch (NumberFormatException e) {
            throw new JsonException("not a number: " + digits);
        }
    }

    private @Nullable Object literal() throws JsonException {
        if (skipWord("true")) {
            return true;
        }
        if (skipWord("false")) {
            return false;
        }
        if (skipWord("null")) {
            return null;
        }
        throw unexpected();
    }

    private boolean skipWord(String word) {
        if (text.startsWith(word, position)) {
            position += word.length();
            return true;
        }
        return false;
    }

    private boolean skipIf(char c) throws JsonException {
        skipSpace();
        if (peek() == c) {
            position++;
            return true;
        }
        return false;
    }

    private void expect(char c) throws JsonException {
        if (!skipIf(c)) {
            throw unexpected();
        }
    }

    private void skipSpace() {
        while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
    }

    private char peek() throws JsonException {
        if (position >= text.length()) {
            throw new JsonException("ends too early");
        }
        return text.charAt(position);
    }

    private JsonException unexpected() {
        return new JsonException(
                position < text.length()
                        ? "unexpected '" + text.charAt(position) + "' at " + position
                        : "ends too early");
    }
}
