package org.guestmount.core.libvirt;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An element of an XML document.
 *
 * @param text what is directly in it, white space included
 */
record XmlElement(String name, Map<String, String> attributes, List<XmlElement> children, String text) {
    XmlElement {
        attributes = Map.copyOf(attributes);
        children = List.copyOf(children);
    }

    @Nullable
    String attribute(String key) {
        return attributes.get(key);
    }

    /** The first child of that name. */
    Optional<XmlElement> child(String wanted) {
        return children.stream().filter(c -> c.name.equals(wanted)).findFirst();
    }

    List<XmlElement> children(String wanted) {
        return children.stream().filter(c -> c.name.equals(wanted)).toList();
    }
}
