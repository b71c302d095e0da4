package org.guestmount.core.drive;

import java.util.List;
import org.guestmount.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * An image that a server has. Sources: BlockdevOptions in QEMU's qapi/block-core.json.
 *
 * <p>Immutable.
 */
public final class RemoteImage implements ImageLocation, ImageStorage {
    /** What the description calls the secret, which QEMU must have by this name while it opens the image. */
    public static final String SECRET_ID = "password";

    /** How long QEMU tries to reach a server again that is gone, before it reports errors to the guest. */
    private static final int RECONNECT_SECONDS = 10;

    private static final int CURL_TIMEOUT_SECONDS = 30;

    private final RemoteProtocol protocol;
    private final String uri;
    private final String fileName;
    private final JsonObject options;
    private final @Nullable Secret secret;

    /**
     * @param uri for people: without a password or what else may be secret
     * @param fileName what tells the format
     * @param options to QEMU's driver
     */
    private RemoteImage(
            RemoteProtocol protocol, String uri, String fileName, JsonObject options, @Nullable Secret secret) {
        this.protocol = protocol;
        this.uri = uri;
        this.fileName = fileName;
        this.options = options;
        this.secret = secret;
    }

    /**
     * What an NBD server exports.
     *
     * @param export its name, empty for the default one
     */
    public static RemoteImage nbd(RemoteServer server, String export) {
        return nbd(
                server.address().with("type", "inet"),
                export,
                "nbd://" + server.authority(RemoteProtocol.NBD) + "/" + export);
    }

    /**
     * What an NBD server of this host exports.
     *
     * @param socket the absolute path of its unix socket
     */
    public static RemoteImage nbd(String socket, String export) {
        return nbd(
                new JsonObject().put("type", "unix").put("path", socket),
                export,
                "nbd+unix:///" + export + "?socket=" + socket);
    }

    private static RemoteImage nbd(JsonObject server, String export, String uri) {
        JsonObject options =
                new JsonObject().put("server", server).put("export", export).put("reconnect-delay", RECONNECT_SECONDS);
        return new RemoteImage(RemoteProtocol.NBD, uri, export, options, null);
    }

    /**
     * An image of a web or FTP server.
     *
     * @param path absolute, percent-encoded as in a URI
     * @param query the same, without the question mark; null if there is none. Often it is a permit, so messages leave it out
     */
    public static RemoteImage web(
            RemoteProtocol protocol,
            RemoteServer server,
            String path,
            @Nullable String query,
            @Nullable RemoteLogin login) {
        String authority = server.authority(protocol);
        JsonObject options = new JsonObject()
                .put("url", protocol.scheme() + "://" + authority + path + (query == null ? "" : "?" + query))
                .put("timeout", CURL_TIMEOUT_SECONDS);
        Secret password = putLogin(options, login, "username", "password-secret");
        String shown = protocol.scheme() + "://" + user(login) + authority + path + (query == null ? "" : "?...");
        return new RemoteImage(protocol, shown, path, options, password);
    }

    /**
     * A file that sshd has.
     *
     * @param user null for the name of who runs this
     * @param path absolute
     * @param hostKey how the server is known: {@code yes} (by the known_hosts file), {@code no}, or a hash such as
     *     {@code sha256:…} in hexadecimal digits
     * @throws IllegalArgumentException if it is none of these
     */
    public static RemoteImage ssh(RemoteServer server, @Nullable String user, String path, String hostKey) {
        JsonObject options = new JsonObject()
                .put("server", server.address())
                .put("path", path)
                .put("host-key-check", check(hostKey));
        if (user != null) {
            options.put("user", user);
        }
        String shown = "ssh://" + (user == null ? "" : user + "@") + server.authority(RemoteProtocol.SSH) + path;
        return new RemoteImage(RemoteProtocol.SSH, shown, path, options, null);
    }

    private static JsonObject check(String hostKey) {
        if (hostKey.equals("yes")) {
            return new JsonObject().put("mode", "known_hosts");
        }
        if (hostKey.equals("no")) {
            return new JsonObject().put("mode", "none");
        }
        int colon = hostKey.indexOf(':');
        String type = colon < 0 ? "" : hostKey.substring(0, colon);
        if (!List.of("md5", "sha1", "sha256").contains(type)) {
            throw new IllegalArgumentException("host_key_check=" + hostKey
                    + " is none of yes, no, and md5:, sha1: or sha256: with the key's hash in hexadecimal digits");
        }
        return new JsonObject().put("mode", "hash").put("type", type).put("hash", hostKey.substring(colon + 1));
    }

    /**
     * A logical unit of an iSCSI target.
     *
     * @param target its name, such as {@code iqn.2001-04.com.example:disk}
     */
    public static RemoteImage iscsi(RemoteServer server, String target, int lun, @Nullable RemoteLogin login) {
        String portal = server.host().indexOf(':') >= 0
                ? "[" + server.host() + "]:" + server.port()
                : server.host() + ":" + server.port();
        JsonObject options = new JsonObject()
                .put("transport", "tcp")
                .put("portal", portal)
                .put("target", target)
                .put("lun", lun)
                .put("initiator-name", "iqn.2008-11.org.linux-kvm:guestmount");
        Secret password = putLogin(options, login, "user", "password-secret");
        String shown = "iscsi://" + user(login) + server.authority(RemoteProtocol.ISCSI) + "/" + target + "/" + lun;
        return new RemoteImage(RemoteProtocol.ISCSI, shown, "", options, password);
    }

    /**
     * An image of a Ceph cluster.
     *
     * @param monitors of the cluster; none for those of ceph.conf
     * @param pool may be POOL/NAMESPACE
     */
    public static RemoteImage rbd(List<RemoteServer> monitors, String pool, String image, @Nullable RemoteLogin login) {
        int slash = pool.indexOf('/');
        JsonObject options = new JsonObject()
                .put("pool", slash < 0 ? pool : pool.substring(0, slash))
                .put("image", image);
        if (slash >= 0) {
            options.put("namespace", pool.substring(slash + 1));
        }
        if (!monitors.isEmpty()) {
            options.put("server", monitors.stream().map(RemoteServer::address).toList());
        }
        Secret key = putLogin(options, login, "user", "key-secret");
        List<String> authorities =
                monitors.stream().map(m -> m.authority(RemoteProtocol.RBD)).toList();
        String shown = "rbd://" + user(login) + String.join(",", authorities) + "/" + pool + "/" + image;
        return new RemoteImage(RemoteProtocol.RBD, shown, image, options, key);
    }

    /** Puts it under the names that a driver has for it; returns the secret, null if there is none. */
    private static @Nullable Secret putLogin(
            JsonObject options, @Nullable RemoteLogin login, String userOption, String secretOption) {
        if (login == null) {
            return null;
        }
        options.put(userOption, login.user());
        if (login.password() != null) {
            options.put(secretOption, SECRET_ID);
        }
        return login.password();
    }

    private static String user(@Nullable RemoteLogin login) {
        return login == null ? "" : login.user() + "@";
    }

    public RemoteProtocol protocol() {
        return protocol;
    }

    /** What QEMU must know as {@link #SECRET_ID} while it opens the image; null if nothing. */
    public @Nullable Secret secret() {
        return secret;
    }

    @Override
    public String fileName() {
        return fileName;
    }

    @Override
    public JsonObject node(boolean readOnly, boolean shared) {
        JsonObject node = options.with("read-only", readOnly).with("driver", protocol.scheme());
        if (!readOnly) {
            node.put("discard", "unmap");
        }
        return node;
    }

    /** Its URI, without a password. */
    @Override
    public String toString() {
        return uri;
    }
}
