package org.guestmount.core.drive;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The URIs that images can be added by. Source: guestfish(1), "ADDING REMOTE STORAGE", and RFC 3986.
 *
 * <pre>
 * file:///PATH                    nbd://HOST[:PORT][/EXPORT]
 * http[s]://[LOGIN]HOST[:PORT]/PATH    nbd:///[EXPORT]?socket=PATH, nbd+unix:///[EXPORT]?socket=PATH
 * ftp[s]://[LOGIN]HOST[:PORT]/PATH     iscsi://[LOGIN]HOST[:PORT]/TARGET[/LUN]
 * ssh://[USER@]HOST[:PORT]/PATH[?host_key_check=CHECK]
 *                                 rbd://[LOGIN][HOST[:PORT]]/POOL/IMAGE
 * </pre>
 *
 * LOGIN is {@code USER[:PASSWORD]@}. A password {@code {NAME}} is in the environment variable of that name, for everybody sees
 * arguments; bin/guestmount puts passwords there. Everything is percent-encoded.
 */
public final class ImageUri {
    private static final Pattern SCHEME = Pattern.compile("^([a-z+]{1,8})://");
    private static final Pattern AUTHORITY =
            Pattern.compile("(?:(?<user>[^@]*)@)?(?<host>\\[[^\\]]*\\]|[^:@\\[\\]]*)(?::(?<port>[^:@]*))?");
    private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)\\}");
    private static final String UNIX = "nbd+unix";

    private final String scheme;
    private final @Nullable String userInfo;
    private final String host;
    private final @Nullable String port;
    private final String path;
    private final @Nullable String query;
    private final Map<String, String> environment;

    private ImageUri(
            String scheme, Matcher authority, String path, @Nullable String query, Map<String, String> environment) {
        this.scheme = scheme;
        this.path = path;
        this.query = query;
        this.environment = environment;
        userInfo = authority.group("user");
        host = authority.group("host").replaceAll("[\\[\\]]", "");
        port = authority.group("port");
    }

    /** Whether it is meant to be a URI rather than a file name: as libguestfs tells, by a short lower-case scheme. */
    public static boolean isUri(String text) {
        return SCHEME.matcher(text).find();
    }

    /**
     * Reads a URI.
     *
     * @param environment where passwords may be
     * @throws IllegalArgumentException saying what is wrong with it; has no password in it
     */
    public static ImageLocation parse(String uri, Map<String, String> environment) {
        Matcher start = SCHEME.matcher(uri);
        if (!start.find()) {
            throw new IllegalArgumentException(uri + ": is no URI");
        }
        String rest = uri.substring(start.end());
        int end = rest.length();
        for (char mark : new char[] {'/', '?'}) {
            int at = rest.indexOf(mark);
            end = at >= 0 ? Math.min(end, at) : end;
        }
        int question = rest.indexOf('?', end);
        Matcher authority = AUTHORITY.matcher(rest.substring(0, end));
        if (!authority.matches()) {
            throw new IllegalArgumentException(start.group() + "...: its part before the path is not"
                    + " [USER[:PASSWORD]@]HOST[:PORT]; in a user or password write @ as %40, : as %3A and / as %2F");
        }
        return new ImageUri(
                        start.group(1),
                        authority,
                        rest.substring(end, question < 0 ? rest.length() : question),
                        question < 0 ? null : rest.substring(question + 1),
                        environment)
                .location();
    }

    private ImageLocation location() {
        if (scheme.equals("file")) {
            return file();
        }
        RemoteProtocol protocol = RemoteProtocol.of(scheme.equals(UNIX) ? "nbd" : scheme)
                .orElseThrow(() ->
                        misused("unknown kind of URI; known are file, " + RemoteProtocol.schemes() + " and " + UNIX));
        if (host.contains(",")) {
            throw misused("names more than one server; give one");
        }
        try {
            return switch (protocol) {
                case NBD -> nbd();
                case HTTP, HTTPS, FTP, FTPS -> RemoteImage.web(protocol, server(protocol), file(path), query, login());
                case SSH -> ssh();
                case ISCSI -> iscsi();
                case RBD -> rbd();
            };
        } catch (IllegalArgumentException e) {
            throw e instanceof Misuse ? e : misused(String.valueOf(e.getMessage()));
        }
    }

    private ImageLocation file() {
        if (!host.isEmpty() && !host.equals("localhost")) {
            throw misused("a file: URI names no host; write file:///PATH");
        }
        requireNoLogin();
        return new LocalImage(Path.of(decoded(file(path))));
    }

    private RemoteImage nbd() {
        requireNoLogin();
        String export = decoded(withoutSlash(path));
        String socket = parameters(Set.of("socket")).get("socket");
        if (socket == null) {
            if (host.isEmpty()) {
                throw misused("names no server; write nbd://HOST/EXPORT or nbd:///EXPORT?socket=PATH");
            }
            if (scheme.equals(UNIX)) {
                throw misused("names no socket; write " + UNIX + ":///EXPORT?socket=PATH");
            }
            return RemoteImage.nbd(server(RemoteProtocol.NBD), export);
        }
        if (!host.isEmpty()) {
            throw misused("names two servers, a host and a socket; give one of them");
        }
        if (!socket.startsWith("/")) {
            throw misused("the path of its socket, '" + socket + "', must begin with /");
        }
        return RemoteImage.nbd(socket, export);
    }

    private RemoteImage ssh() {
        RemoteLogin login = login();
        if (login != null && login.password() != null) {
            throw misused(
                    "QEMU logs in by key, not password; add your key to an ssh-agent, and leave the password out");
        }
        String check = parameters(Set.of("host_key_check")).getOrDefault("host_key_check", "yes");
        return RemoteImage.ssh(
                server(RemoteProtocol.SSH), login == null ? null : login.user(), decoded(file(path)), check);
    }

    private RemoteImage iscsi() {
        parameters(Set.of());
        String[] names = withoutSlash(path).split("/", -1);
        String target = decoded(names[0]);
        if (target.isEmpty() || names.length > 2) {
            throw misused("names no target; write iscsi://HOST/TARGET/LUN, with a target such as"
                    + " iqn.2001-04.com.example:disk");
        }
        int lun = names.length == 1 ? 0 : number("logical unit", names[1], 0, 255);
        return RemoteImage.iscsi(server(RemoteProtocol.ISCSI), target, lun, login());
    }

    private RemoteImage rbd() {
        parameters(Set.of());
        String name = decoded(withoutSlash(path));
        int slash = name.lastIndexOf('/');
        if (name.startsWith("/") || slash <= 0 || slash == name.length() - 1) {
            throw misused("names no image; write rbd://HOST:PORT/POOL/IMAGE, or rbd:///POOL/IMAGE");
        }
        RemoteLogin login = login();
        if (login != null && login.password() != null) {
            // Keys of Ceph are base64.
            login = new RemoteLogin(login.user(), new Secret(login.password().data(), true));
        }
        return RemoteImage.rbd(
                host.isEmpty() ? List.of() : List.of(server(RemoteProtocol.RBD)),
                name.substring(0, slash),
                name.substring(slash + 1),
                login);
    }

    private RemoteServer server(RemoteProtocol protocol) {
        if (host.isEmpty()) {
            throw misused("names no server; write " + protocol.scheme() + "://HOST/...");
        }
        int number = port == null || port.isEmpty() ? protocol.port() : number("port", port, 1, RemoteServer.MAX_PORT);
        return new RemoteServer(host, number);
    }

    private String file(String given) {
        if (given.length() < 2) {
            throw misused("names no file; the path after the host is missing");
        }
        return given;
    }

    private static String withoutSlash(String given) {
        return given.startsWith("/") ? given.substring(1) : given;
    }

    private @Nullable RemoteLogin login() {
        if (userInfo == null || userInfo.isEmpty()) {
            return null;
        }
        int colon = userInfo.indexOf(':');
        if (colon < 0) {
            return new RemoteLogin(decoded(userInfo), null);
        }
        return new RemoteLogin(decoded(userInfo.substring(0, colon)), secret(userInfo.substring(colon + 1)));
    }

    private Secret secret(String password) {
        Matcher variable = VARIABLE.matcher(password);
        if (!variable.matches()) {
            return new Secret(decoded(password), false);
        }
        String value = Optional.ofNullable(environment.get(variable.group(1)))
                .orElseThrow(() -> misused("its password is to be in the environment variable " + variable.group(1)
                        + ", which is not set"));
        return new Secret(decoded(value), false);
    }

    private void requireNoLogin() {
        if (userInfo != null) {
            throw misused("there is no user or password in " + scheme + " URIs");
        }
    }

    private Map<String, String> parameters(Set<String> known) {
        Map<String, String> parameters = new HashMap<>();
        for (String parameter : query == null ? new String[0] : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            if (equals < 0 || !known.contains(name)) {
                throw misused("'" + name + "' after its question mark is unknown"
                        + (known.isEmpty() ? "" : "; known is " + String.join(", ", known) + "="));
            }
            parameters.put(name, decoded(parameter.substring(equals + 1)));
        }
        return parameters;
    }

    private int number(String what, String digits, int min, int max) {
        try {
            int number = Integer.parseInt(digits);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw misused("its " + what + " '" + digits + "' is not a number from " + min + " to " + max);
    }

    private String decoded(String text) {
        try {
            // A plus is itself, unlike in forms.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw misused("a percent sign in it is not followed by two hexadecimal digits; write % as %25");
        }
    }

    private Misuse misused(String problem) {
        String user = userInfo == null ? "" : userInfo.replaceFirst(":.*", "") + "@";
        return new Misuse(scheme + "://" + user + host + (port == null ? "" : ":" + port) + path + ": " + problem);
    }

    private static final class Misuse extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        Misuse(String message) {
            super(message);
        }
    }
}
