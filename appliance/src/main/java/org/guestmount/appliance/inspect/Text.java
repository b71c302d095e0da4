package org.guestmount.appliance.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.guestmount.core.fs.GuestPath;

/** The taking apart of texts from the guest, without regular expressions: these take long to get going in the appliance. */
final class Text {
    /** More of one name or sentence nobody reads. */
    private static final int MAX_SHOWN = 200;

    private Text() {}

    static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            int to = end < 0 ? text.length() : end;
            lines.add(text.substring(from, to));
            from = to + 1;
        }
        return lines;
    }

    /** The parts between separators, none of them empty. */
    static List<String> parts(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf(separator, from);
            int to = end < 0 ? text.length() : end;
            if (to > from) {
                parts.add(text.substring(from, to));
            }
            from = to + 1;
        }
        return parts;
    }

    /** Bytes as a short text for people: without control characters. */
    static String shown(String bytes) {
        String text = GuestPath.textOfBytes(bytes).strip();
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length() && shown.length() < MAX_SHOWN; i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? ' ' : c);
        }
        return shown.toString();
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Whether it is one to so many decimal digits. */
    static boolean isNumber(String text, int maxDigits) {
        if (text.isEmpty() || text.length() > maxDigits) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** The first number in a text, with the digits and points that follow: {@code 5.11} of {@code CentOS release 5.11 (Final)}. */
    static String firstNumber(String text) {
        int from = 0;
        while (from < text.length() && !isDigit(text.charAt(from))) {
            from++;
        }
        int to = from;
        while (to < text.length() && (isDigit(text.charAt(to)) || text.charAt(to) == '.')) {
            to++;
        }
        return text.substring(from, to);
    }

    /** Compares by the numbers in them: {@code 9} is less than {@code 10}. */
    static int compareVersions(String one, String other) {
        List<String> left = parts(firstNumber(one), '.');
        List<String> right = parts(firstNumber(other), '.');
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            int order = compareNumbers(i < left.size() ? left.get(i) : "", i < right.size() ? right.get(i) : "");
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int compareNumbers(String left, String right) {
        int length = Integer.compare(left.length(), right.length());
        return length != 0 ? length : left.compareTo(right);
    }
}
