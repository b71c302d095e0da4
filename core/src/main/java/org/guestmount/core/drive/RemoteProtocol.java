package org.guestmount.core.drive;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A way to reach an image on another host, or one that another process serves, that QEMU has a driver for. */
public enum RemoteProtocol {
    NBD("nbd", 10809, true),
    HTTP("http", 80, false),
    HTTPS("https", 443, false),
    FTP("ftp", 21, false),
    FTPS("ftps", 990, false),
    SSH("ssh", 22, true),
    ISCSI("iscsi", 3260, true),
    RBD("rbd", 6789, true);

    private final String scheme;
    private final int port;
    private final boolean writable;

    RemoteProtocol(String scheme, int port, boolean writable) {
        this.scheme = scheme;
        this.port = port;
        this.writable = writable;
    }

    /** The protocol of this URI scheme. */
    public static Optional<RemoteProtocol> of(String scheme) {
        return Stream.of(values()).filter(p -> p.scheme.equals(scheme)).findFirst();
    }

    /** All schemes, for a message. */
    static String schemes() {
        return Stream.of(values()).map(RemoteProtocol::scheme).collect(Collectors.joining(", "));
    }

    /** What URIs begin with, and the name of QEMU's driver. */
    public String scheme() {
        return scheme;
    }

    /** Where its servers listen unless said otherwise. */
    public int port() {
        return port;
    }

    /** Whether images can be written. */
    public boolean isWritable() {
        return writable;
    }
}
