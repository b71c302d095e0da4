package org.guestmount.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows under headings, the columns aligned. What could disturb a terminal, such as a guest's label may hold, is escaped. */
final class TextTable {
    private static final String GAP = "  ";

    private final List<String[]> rows = new ArrayList<>();

    TextTable(String... headings) {
        add(headings);
    }

    /** @param cells as many as there are headings; null for an empty one */
    void add(@Nullable String... cells) {
        String[] row = new String[cells.length];
        for (int i = 0; i < cells.length; i++) {
            String cell = cells[i];
            row[i] = cell == null ? "" : printable(cell);
        }
        rows.add(row);
    }

    private static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (isPrintable(c)) {
                printable.appendCodePoint(c);
            } else {
                printable.append("\\u{%x}".formatted(c));
            }
        });
        return printable.toString();
    }

    /** Whether a character shows as one, and does nothing else. */
    static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private int width(int column) {
        return rows.stream()
                .mapToInt(row -> row[column].codePointCount(0, row[column].length()))
                .max()
                .orElse(0);
    }

    /** One line a row, each ended, with nothing to fill up its end. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                String cell = row[i];
                int padding = width(i) - cell.codePointCount(0, cell.length());
                line.append(cell).append(" ".repeat(padding)).append(GAP);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
