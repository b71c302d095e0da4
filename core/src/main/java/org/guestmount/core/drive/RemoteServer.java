package org.guestmount.core.drive;

import org.guestmount.core.json.JsonObject;

/**
 * A host that answers.
 *
 * @param host a name or an address, IPv6 without brackets
 * @param port of TCP
 */
public record RemoteServer(String host, int port) {
    static final int MAX_PORT = 65535;

    public RemoteServer {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("names no host");
        }
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("port " + port + " is not between 1 and " + MAX_PORT);
        }
    }

    /** Source: InetSocketAddressBase in QEMU's qapi/sockets.json. */
    JsonObject address() {
        return new JsonObject().put("host", host).put("port", Integer.toString(port));
    }

    /** As in a URI; without the port that is usual. */
    String authority(RemoteProtocol protocol) {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == protocol.port() ? name : name + ":" + port;
    }
}
