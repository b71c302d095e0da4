package org.guestmount.core.libvirt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the XML that libvirt writes. It knows neither document types nor entities of one's own, so nothing can be made to grow or to
 * be fetched; namespaces are left in the names. Source: the W3C's "Extensible Markup Language (XML) 1.0".
 */
final class XmlReader {
    private static final int MAX_DEPTH = 100;
    private static final Map<String, String> ENTITIES =
            Map.of("lt", "<", "gt", ">", "amp", "&", "quot", "\"", "apos", "'");

    private final String document;
    private int at;

    private XmlReader(String document) {
        this.document = document;
    }

    /**
     * Reads a document.
     *
     * @return its root
     */
    static XmlElement read(String document) throws LibvirtException {
        XmlReader reader = new XmlReader(document);
        reader.skipMisc();
        XmlElement root = reader.element(0);
        reader.skipMisc();
        if (reader.at != document.length()) {
            throw reader.malformed("something after the end");
        }
        return root;
    }

    private XmlElement element(int depth) throws LibvirtException {
        if (depth > MAX_DEPTH) {
            throw malformed("elements nested too deeply");
        }
        expect("<");
        String name = name();
        Map<String, String> attributes = attributes();
        if (accept("/>")) {
            return new XmlElement(name, attributes, List.of(), "");
        }
        expect(">");
        List<XmlElement> children = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        while (!accept("</")) {
            if (accept("<!--")) {
                skipPast("-->");
            } else if (accept("<![CDATA[")) {
                int start = at;
                skipPast("]]>");
                text.append(document, start, at - "]]>".length());
            } else if (accept("<?")) {
                skipPast("?>");
            } else if (looksAt("<")) {
                children.add(element(depth + 1));
            } else {
                text.append(character());
            }
        }
        if (!name().equals(name)) {
            throw malformed("another end than that of <" + name + ">");
        }
        skipSpace();
        expect(">");
        return new XmlElement(name, attributes, children, text.toString());
    }

    private Map<String, String> attributes() throws LibvirtException {
        Map<String, String> attributes = new HashMap<>();
        skipSpace();
        while (!looksAt(">") && !looksAt("/>")) {
            String name = name();
            skipSpace();
            expect("=");
            skipSpace();
            String quote = looksAt("'") ? "'" : "\"";
            expect(quote);
            StringBuilder value = new StringBuilder();
            while (!accept(quote)) {
                if (looksAt("<")) {
                    throw malformed("< in an attribute");
                }
                value.append(character());
            }
            if (attributes.put(name, value.toString()) != null) {
                throw malformed("attribute " + name + " twice");
            }
            skipSpace();
        }
        return attributes;
    }

    /** The next character, or what a reference stands for. */
    private String character() throws LibvirtException {
        if (at >= document.length()) {
            throw malformed("its end");
        }
        char c = document.charAt(at);
        if (c != '&') {
            at++;
            return String.valueOf(c);
        }
        int end = document.indexOf(';', at);
        if (end < 0) {
            throw malformed("a reference that does not end");
        }
        String reference = document.substring(at + 1, end);
        String replacement = reference.startsWith("#") ? numbered(reference.substring(1)) : ENTITIES.get(reference);
        if (replacement == null) {
            throw malformed("the unknown entity " + reference);
        }
        at = end + 1;
        return replacement;
    }

    private String numbered(String number) throws LibvirtException {
        try {
            int codePoint =
                    number.startsWith("x") ? Integer.parseInt(number.substring(1), 16) : Integer.parseInt(number);
            return Character.toString(codePoint);
        } catch (IllegalArgumentException e) {
            throw malformed("the impossible character " + number);
        }
    }

    private String name() throws LibvirtException {
        int start = at;
        while (at < document.length()
                && (Character.isLetterOrDigit(document.charAt(at)) || "_:.-".indexOf(document.charAt(at)) >= 0)) {
            at++;
        }
        if (at == start) {
            throw malformed("no name where there should be one");
        }
        return document.substring(start, at);
    }

    private void skipMisc() throws LibvirtException {
        while (true) {
            skipSpace();
            if (accept("<?")) {
                skipPast("?>");
            } else if (accept("<!--")) {
                skipPast("-->");
            } else {
                return;
            }
        }
    }

    private void skipSpace() {
        while (at < document.length() && document.charAt(at) <= ' ') {
            at++;
        }
    }

    private void skipPast(String end) throws LibvirtException {
        int found = document.indexOf(end, at);
        if (found < 0) {
            throw malformed("no " + end);
        }
        at = found + end.length();
    }

    private boolean looksAt(String expected) {
        return document.startsWith(expected, at);
    }

    private boolean accept(String expected) {
        if (!looksAt(expected)) {
            return false;
        }
        at += expected.length();
        return true;
    }

    private void expect(String expected) throws LibvirtException {
        if (!accept(expected)) {
            throw malformed("no " + expected);
        }
    }

    private LibvirtException malformed(String found) {
        return new LibvirtException(
                "what virsh printed is not XML as libvirt writes it: " + found + " at character " + at);
    }
}
